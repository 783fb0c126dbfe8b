namespace Kyy.Bridge.Tests.Support;

/// <summary>
/// Tests with the trait <c>soak</c> run twice: scaled with all others, times, rates and counts together, and by <c>deploy/dev soak</c>
/// with the full numbers.
/// </summary>
internal static class Soak
{
    public const string Trait = "soak";

    /// <summary>Whether the full numbers are wanted.</summary>
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("KYY_SOAK") == "full";

    public static T Of<T>(T scaled, T full) => IsFull ? full : scaled;

    /// <summary>Tells how far it is, for people who watch.</summary>
    public static void Say(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);
}
