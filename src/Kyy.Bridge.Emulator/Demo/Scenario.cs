using System.Collections.Immutable;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>What happens in the demo. Durations are of the upstream's own time.</summary>
internal static class Scenario
{
    /// <summary>Registered together. The first ends first: its second webhook comes 5 s after the one that is answered badly.</summary>
    public static readonly ImmutableArray<Scene> Batch =
    [
        new(Task(EmulatedFamily.StarVideos, 2.5)) { IsAnsweredBadlyAtFirst = true },
        new(Task(EmulatedFamily.StarVideos, 4) with { Ending = EmulatedStatus.Failed }),
        new(Task(EmulatedFamily.Videos, 3.5)),
        new(Task(EmulatedFamily.Videos, 5)),
        new(Task(EmulatedFamily.Seedance15, 3)),
        new(Task(EmulatedFamily.Seedance15, 6) with { Model = "seedance_1_5_pro_1080p" }),
        new(Task(EmulatedFamily.Seedance15, 3.5) with { Ending = EmulatedStatus.Cancelled }),
        new(Task(EmulatedFamily.Seedance15, 5.5) with { Tier = ServiceTier.Flex }),
        new(Task(EmulatedFamily.Veo, 3)),
        new(Task(EmulatedFamily.Sd2Manxue, 4.5)),
    ];

    /// <summary>Registered one by one, the last of them twice.</summary>
    public static readonly ImmutableArray<Scene> Singles =
    [
        new(Task(EmulatedFamily.Veo, 4)) { NamesFamily = false },
        new(Task(EmulatedFamily.Sd2Manxue, 5)) { NamesFamily = false },
    ];

    // A third of the time in the queue: long enough for the change to be seen at this pace.
    private static NewTask Task(EmulatedFamily family, double minutes) => new()
    {
        Family = family,
        QueuedFor = TimeSpan.FromMinutes(minutes / 3),
        ProcessingFor = TimeSpan.FromMinutes(minutes * 2 / 3),
    };
}
