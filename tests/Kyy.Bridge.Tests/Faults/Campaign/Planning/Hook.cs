namespace Kyy.Bridge.Tests.Faults.Campaign.Planning;

/// <summary>How a receiver behaves.</summary>
internal enum Hook
{
    /// <summary>Accepts at once.</summary>
    Good,

    /// <summary>The same, as an endpoint of a client of its own instead of a callback.</summary>
    Endpoint,

    /// <summary>Accepts after up to one and a half seconds.</summary>
    Slow,

    /// <summary>Refuses once or twice in one way or another, then accepts.</summary>
    Flaky,

    /// <summary>Asks for patience now and then.</summary>
    Patient,

    /// <summary>Lets the first attempt wait until it is given up.</summary>
    Hanging,

    /// <summary>Says that it is gone.</summary>
    Gone,

    /// <summary>Never accepts.</summary>
    Broken,
}

internal static class Hooks
{
    /// <summary>Whether what it is sent ends as delivered.</summary>
    public static bool Accepts(this Hook hook) => hook is not (Hook.Gone or Hook.Broken);
}
