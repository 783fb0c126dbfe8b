using System.Collections.Immutable;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>
/// A task to emulate; also the body of <c>POST /control/tasks</c>. Durations are of the upstream's own time, before
/// <see cref="EmulatorOptions.TimeScale"/>.
/// </summary>
internal sealed record NewTask
{
    public required EmulatedFamily Family { get; init; }

    /// <summary>Default: a fresh one in the family's form.</summary>
    public string? Id { get; init; }

    /// <summary>Default: the family's.</summary>
    public string? Model { get; init; }

    public ServiceTier Tier { get; init; }

    public EmulatedStatus Ending { get; init; } = EmulatedStatus.Completed;

    /// <summary>Default: between 5 % and 25 % of a duration drawn from the family's range.</summary>
    public TimeSpan? QueuedFor { get; init; }

    /// <summary>Default: the rest of that duration.</summary>
    public TimeSpan? ProcessingFor { get; init; }

    /// <summary>Where given, the answers by count of polls, the last repeating; the durations and the ending then have no say. Any order goes.</summary>
    public ImmutableArray<EmulatedStatus>? Statuses { get; init; }

    /// <summary>Default: now.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Default: an address that does not exist.</summary>
    public string? VideoUrl { get; init; }
}
