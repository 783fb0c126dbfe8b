using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>All that is known when the last task has settled, or the time is over.</summary>
internal sealed record DemoResult
{
    /// <summary>The last look at the tasks.</summary>
    public required IReadOnlyList<TaskRow> Rows { get; init; }

    /// <summary>How the upstream ended each of them, in their order.</summary>
    public required IReadOnlyList<EmulatedStatus> Endings { get; init; }

    /// <summary>All that came for them.</summary>
    public required IReadOnlyList<WebhookMark> Webhooks { get; init; }

    /// <summary>How close two polls of one task came, for each tier.</summary>
    public required IReadOnlyList<TierGap> Gaps { get; init; }

    /// <summary>Polls in which the upstream saw what a correct client does not do, by kind.</summary>
    public required IReadOnlyDictionary<Violation, int> Violations { get; init; }

    /// <summary>Since the registration.</summary>
    public required TimeSpan Took { get; init; }
}

/// <summary>How close two polls of one task came.</summary>
/// <param name="Tier">Of the tasks looked at.</param>
/// <param name="Smallest">As the upstream saw it; null where no task was asked for twice.</param>
/// <param name="Minimum">What the upstream expects.</param>
internal sealed record TierGap(ServiceTier Tier, TimeSpan? Smallest, TimeSpan Minimum);
