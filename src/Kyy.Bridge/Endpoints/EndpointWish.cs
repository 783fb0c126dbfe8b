namespace Kyy.Bridge.Endpoints;

/// <summary>What an endpoint is to be like, read and found to be in order.</summary>
internal sealed record EndpointWish
{
    /// <summary>As the caller wrote it.</summary>
    public required string Url { get; init; }

    /// <summary>See <see cref="WebhookEndpoint.Host"/>.</summary>
    public required string Host { get; init; }
    public required string[] Events { get; init; }

    /// <summary>Null for all of them.</summary>
    public string[]? Families { get; init; }
    public string? Description { get; init; }
    public int? RateLimitPerSecond { get; init; }

    /// <summary>The further headers; null leaves them as they are.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Headers { get; init; }

    /// <summary>The secret that the caller gave; null has one made.</summary>
    public Client.Signing.WebhookSecret? Secret { get; init; }
}
