namespace Kyy.Bridge.Client.Contracts;

/// <summary>Makes an endpoint: the body of <c>POST /v1/endpoints</c>. What is null is not sent.</summary>
public sealed record EndpointRegistration
{
    /// <summary>Where events are sent: an absolute http or https URL of at most 2,048 characters, without user info and fragment.</summary>
    public required string Url { get; init; }

    /// <summary>The <see cref="EventTypes"/> that it gets; null stands for the ending ones.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>The families whose tasks it is told of; null stands for all.</summary>
    public IReadOnlyList<string>? Families { get; init; }

    /// <summary>For people: one line of at most 500 characters.</summary>
    public string? Description { get; init; }

    /// <summary>The signing secret, <c>whsec_…</c>, of 24 to 64 bytes; null has one made.</summary>
    public string? Secret { get; init; }

    /// <summary>How many requests a second the receiver takes: 1 to 10,000; null for no limit.</summary>
    public int? RateLimitPerSecond { get; init; }

    /// <summary>At most 20 further headers of each request, by name. Their values are kept encrypted and never returned.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Without secret and headers: a record that is logged by mistake does not give them away.</summary>
    public override string ToString() => nameof(EndpointRegistration);
}
