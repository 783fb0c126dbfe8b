using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>One event on its way to one destination.</summary>
public sealed record BridgeDelivery
{
    /// <summary>Its id, <c>dlv_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The event's id, <c>evt_…</c>: the <c>webhook-id</c> of every attempt.</summary>
    public required string EventId { get; init; }

    /// <summary>The event's type, one of <see cref="EventTypes"/>.</summary>
    public required string EventType { get; init; }

    /// <summary>The task that the event is about, <c>tsk_…</c>; null for an event about no task.</summary>
    public string? Task { get; init; }

    /// <summary>The endpoint that it goes to, <c>ep_…</c>; null for a task's own callback URL.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The URL that it was made for. An endpoint's delivery goes to the endpoint's current one.</summary>
    public required string Url { get; init; }

    /// <summary>One of <see cref="DeliveryStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>Why it is dead, in a word, for instance <c>schedule_spent</c> or <c>gone</c>; null where it is not.</summary>
    public string? DeadReason { get; init; }

    /// <summary>How many attempts were begun.</summary>
    public int AttemptCount { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is attempted next; while an attempt is under way, when it is taken for lost. Null where it has ended.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>When it ended; null while it is pending.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The latest attempt that has ended; null before the first.</summary>
    public BridgeDeliveryAttempt? LastAttempt { get; init; }

    /// <summary>All attempts, the first one first; only in the answer about one delivery.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<BridgeDeliveryAttempt>? Attempts { get; init; }

    /// <summary>Whose it is; told to admins only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientId { get; init; }
}
