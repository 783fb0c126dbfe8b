using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>An endpoint: a client's standing subscription to events.</summary>
public record EndpointView
{
    /// <summary>The bridge's id, <c>ep_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Where events are sent.</summary>
    public required string Url { get; init; }

    /// <summary>The <see cref="EventTypes"/> that it gets.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>The families whose tasks it is told of; null for all.</summary>
    public IReadOnlyList<string>? Families { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>How many requests a second the receiver takes; null for no limit.</summary>
    public int? RateLimitPerSecond { get; init; }

    /// <summary>The names of the further headers of each request. Their values are not shown.</summary>
    public required IReadOnlyList<string> Headers { get; init; }

    /// <summary>One of <see cref="EndpointStatuses"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Why it is disabled: one of <see cref="EndpointDisabledReasons"/>; null while it is enabled.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>The first failure since the last success; null where the last attempt succeeded.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whose it is, <c>cli_…</c>; admins are told.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonPropertyOrder(2)]
    public string? ClientId { get; init; }
}
