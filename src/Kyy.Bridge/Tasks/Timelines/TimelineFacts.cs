using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tasks.Timelines;

/// <summary>All that is known about one task, its deliveries and what they wait for.</summary>
internal sealed record TimelineFacts
{
    /// <summary>The database's time.</summary>
    public required DateTimeOffset Now { get; init; }
    public required TrackedTask Row { get; init; }

    /// <summary>The task as it is shown: its lane's failures are among its own.</summary>
    public required BridgeTask View { get; init; }

    /// <summary>How often it may be asked about.</summary>
    public required PollWindow Window { get; init; }
    public required KeyFacts Key { get; init; }

    /// <summary>Since when an operator holds its polling; null where nobody does.</summary>
    public DateTimeOffset? PollingHeldSince { get; init; }
    public IReadOnlyList<CallbackFacts> Callbacks { get; init; } = [];
    public IReadOnlyList<EventFacts> Events { get; init; } = [];

    /// <summary>The latest first.</summary>
    public IReadOnlyList<DeliveryFacts> Deliveries { get; init; } = [];
    public IReadOnlyList<AttemptFacts> Attempts { get; init; } = [];
}

/// <summary>How the upstream takes the task's key.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">One of <see cref="UpstreamKeyStates"/>.</param>
/// <param name="Since">Since when.</param>
/// <param name="Reason">Why it is not active, in a word.</param>
/// <param name="PausedUntil">No call before it.</param>
/// <param name="IsGone">Whether it was deleted.</param>
internal sealed record KeyFacts(string Name, string State, DateTimeOffset Since, string? Reason, DateTimeOffset? PausedUntil, bool IsGone);

/// <summary>A callback of the task: its host, not its URL, which may carry what is none of a reader's business.</summary>
internal sealed record CallbackFacts(string Host, DateTimeOffset AddedAt, DateTimeOffset? DisabledAt);

/// <summary>An event of the task.</summary>
internal sealed record EventFacts(Guid Id, string Type, DateTimeOffset At);

/// <summary>One POST.</summary>
internal sealed record AttemptFacts(Guid Delivery, int Number, DateTimeOffset At, int DurationMs, int? StatusCode, string? Error);

/// <summary>A delivery, and what it waits for.</summary>
internal sealed record DeliveryFacts
{
    public required Guid Id { get; init; }
    public required Guid Event { get; init; }

    /// <summary>An endpoint's id or a callback's host.</summary>
    public required string To { get; init; }
    public required string State { get; init; }

    /// <summary>Attempts so far.</summary>
    public int Attempts { get; init; }

    /// <summary>Null unless it is pending.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>Set while somebody may be sending it.</summary>
    public DateTimeOffset? LeasedUntil { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public string? DeadReason { get; init; }

    /// <summary>Since when its endpoint is disabled, and why; null where it is not.</summary>
    public DateTimeOffset? DisabledSince { get; init; }
    public string? DisabledReason { get; init; }

    /// <summary>Since when an operator holds deliveries to it.</summary>
    public DateTimeOffset? HeldSince { get; init; }

    /// <summary>Its receiver asked for patience until then.</summary>
    public DateTimeOffset? SlowUntil { get; init; }

    public bool IsPending => State == Bridge.Deliveries.DeliveryState.Pending;

    public bool CanBeSent => IsPending && DisabledSince is null && HeldSince is null;

    /// <summary>When it is attempted, as things stand.</summary>
    public DateTimeOffset? AttemptAt => SlowUntil > NextAttemptAt ? SlowUntil : NextAttemptAt;
}
