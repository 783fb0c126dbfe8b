namespace Kyy.Bridge.Endpoints;

/// <summary>A client's standing subscription to events: the row, for cold reads.</summary>
internal sealed class WebhookEndpoint
{
    public const string Enabled = "enabled", Disabled = "disabled";

    public required Guid Id { get; init; }
    public required Guid ClientId { get; init; }
    public required string Url { get; set; }

    /// <summary>The URL's host as bare callbacks' destinations have it: both draw on the same share of connections.</summary>
    public required string Host { get; set; }
    public required string[] Events { get; set; }

    /// <summary>Null for all of them.</summary>
    public string[]? Families { get; set; }
    public string? Description { get; set; }
    public int? RateLimitPerSecond { get; set; }

    /// <summary>What is shown of the extra headers.</summary>
    public string[] HeaderNames { get; set; } = [];

    /// <summary>Their names and values, encrypted; null without any.</summary>
    public byte[]? Headers { get; set; }

    /// <summary><see cref="Enabled"/> or <see cref="Disabled"/>.</summary>
    public string Status { get; set; } = Enabled;
    public string? DisabledReason { get; set; }
    public DateTimeOffset? DisabledAt { get; set; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The row stays for the deliveries that name it.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}
