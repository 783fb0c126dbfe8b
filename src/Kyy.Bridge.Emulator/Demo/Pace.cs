using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>How fast the demo runs: everything of the upstream's keeps its shape and takes a thirtieth of its time.</summary>
internal static class Pace
{
    public const int TimesFaster = 30;

    public const double TimeScale = 1.0 / TimesFaster;

    /// <summary>
    /// Added to a window's minimum. The bridge keeps 3 % of it free for lateness: 0.9 s in life, but only 30 ms at this pace, and a
    /// busy machine lets a process wait for longer than that.
    /// </summary>
    private static readonly TimeSpan Room = TimeSpan.FromMilliseconds(100);

    /// <summary>All five documents recommend 30 to 60 s; the flex tier of S2, 60 to 120 s.</summary>
    public static readonly DurationRange
        Window = Roomy(Scaled(new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)))),
        FlexWindow = Roomy(Scaled(new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120))));

    /// <summary>S2 by resolution (720p 2 to 5 min, 1080p 3 to 8), for which the service has but one setting; and S3.</summary>
    public static readonly DurationRange
        Seedance15 = Scaled(DurationRange.Minutes(2, 8)),
        Veo = Scaled(DurationRange.Minutes(2, 5));

    private static DurationRange Roomy(DurationRange window) => window with { Min = window.Min + Room };

    private static DurationRange Scaled(DurationRange range) => new(range.Min / TimesFaster, range.Max / TimesFaster);
}
