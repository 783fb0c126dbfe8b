using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>One of a client's own upstream keys, without its value.</summary>
public sealed record UpstreamKeyView
{
    /// <summary>Its name, by which a registration asks for it.</summary>
    public required string Name { get; init; }

    /// <summary>The only base URL that it is sent to.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>The value's last four characters, to tell it from others; null where it has fewer than twelve.</summary>
    public string? LastFour { get; init; }

    /// <summary>How the upstream takes it: one of <see cref="UpstreamKeyStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>Since when. Keys of equal value and base URL share their state, so it may be older than this key.</summary>
    public required DateTimeOffset StateSince { get; init; }

    /// <summary>Why it is not active, in a word; null where it is.</summary>
    public string? Reason { get; init; }

    /// <summary>The upstream's status that the state comes from; null where there was none.</summary>
    public int? StatusCode { get; init; }

    /// <summary>How often the upstream may be asked with it; null for the operator's limit.</summary>
    public int? MaxRequestsPerSecond { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its value was given last.</summary>
    public required DateTimeOffset SetAt { get; init; }

    /// <summary>Whose it is, <c>cli_…</c>; admins are told.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientId { get; init; }
}
