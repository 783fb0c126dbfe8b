namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>How long something takes, from the shortest to the longest.</summary>
internal readonly record struct DurationRange(TimeSpan Min, TimeSpan Max)
{
    public static DurationRange Minutes(int min, int max) => new(TimeSpan.FromMinutes(min), TimeSpan.FromMinutes(max));

    public TimeSpan Draw(Random random) => Min + ((Max - Min) * random.NextDouble());
}
