using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>Sending many events or deliveries again, and how far that has come.</summary>
public sealed record BridgeReplay
{
    /// <summary>Its id, <c>rpl_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The endpoint whose events or deliveries these are, <c>ep_…</c>; null for deliveries wherever they go.</summary>
    public string? Endpoint { get; init; }

    /// <summary>
    /// Of an endpoint's events: <c>failed</c>, <c>missing</c> or <c>all</c>; <c>redeliver</c> for deliveries in <see cref="State"/>.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>With <c>redeliver</c>, the state of the deliveries that are sent again, one of <see cref="DeliveryStates"/>.</summary>
    public string? State { get; init; }

    /// <summary>The one task that it is limited to, <c>tsk_…</c>; null for all.</summary>
    public string? Task { get; init; }

    /// <summary>The types of events that it is limited to; null for all that the endpoint listens for.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary><c>pending</c>, <c>running</c>, <c>completed</c> or <c>cancelled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>From which time on.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Up to which time.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it began; null before that.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it was completed or cancelled.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How many events or deliveries it has looked at.</summary>
    public required long Examined { get; init; }

    /// <summary>How many of them are sent because of it.</summary>
    public required long Queued { get; init; }

    /// <summary>Whose it is; told to admins only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientId { get; init; }
}
