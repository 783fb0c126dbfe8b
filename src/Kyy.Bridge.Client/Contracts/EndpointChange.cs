using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>Changes an endpoint: the body of <c>PATCH /v1/endpoints/{id}</c>. What is null stays as it is.</summary>
public sealed record EndpointChange
{
    /// <summary>
    /// Where events are sent: an absolute http or https URL of at most 2,048 characters, without user info and fragment. With another
    /// scheme, host or port the further headers have to be given anew, or cleared: they were meant for the old one.
    /// </summary>
    public string? Url { get; init; }

    /// <summary>The <see cref="EventTypes"/> that it gets; cleared, the ending ones.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>The families whose tasks it is told of; cleared, all.</summary>
    public IReadOnlyList<string>? Families { get; init; }

    /// <summary>For people: one line of at most 500 characters.</summary>
    public string? Description { get; init; }

    /// <summary>How many requests a second the receiver takes: 1 to 10,000; cleared, no limit.</summary>
    public int? RateLimitPerSecond { get; init; }

    /// <summary>All of the further headers, which take the place of those before.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The members to be cleared, by their names on the wire: sent as null.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Clear { get; init; } = [];

    /// <summary>Without the headers: a record that is logged by mistake does not give them away.</summary>
    public override string ToString() => nameof(EndpointChange);

    /// <summary>The body: what is set, and null for what is to be cleared.</summary>
    internal RawJson ToBody()
    {
        var members = JsonSerializer.SerializeToNode(this, BridgeJson.Requests.EndpointChange)!.AsObject();
        foreach (var name in Clear) members[name] = null;
        return RawJson.Parse(members.ToJsonString());
    }
}
