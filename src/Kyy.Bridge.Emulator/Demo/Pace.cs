using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>How fast the demo runs: everything of the upstream's keeps its shape and takes a thirtieth of its time.</summary>
internal static class Pace
{
    public const int TimesFaster = 30;

    public const double TimeScale = 1.0 / TimesFaster;

    /// <summary>All five documents recommend 30 to 60 s; the flex tier of S2, 60 to 120 s.</summary>
    public static readonly DurationRange
        Window = Scaled(new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60))),
        FlexWindow = Scaled(new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120)));

    /// <summary>S2 by resolution (720p 2 to 5 min, 1080p 3 to 8), for which the service has but one setting; and S3.</summary>
    public static readonly DurationRange
        Seedance15 = Scaled(DurationRange.Minutes(2, 8)),
        Veo = Scaled(DurationRange.Minutes(2, 5));

    /// <summary>Of a poll: 15 s in life, half of a window's minimum, so that no poll is still under way when the next one is due.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15) / TimesFaster;

    private static DurationRange Scaled(DurationRange range) => new(range.Min / TimesFaster, range.Max / TimesFaster);
}
