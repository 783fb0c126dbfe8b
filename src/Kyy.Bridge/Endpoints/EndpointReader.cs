using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Deliveries.Guard;
using Kyy.Bridge.Http;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Endpoints;

/// <summary>Reads what an endpoint is to be: a new one, and a changed one, where what is absent stays and null clears.</summary>
internal sealed class EndpointReader(ModelCatalogue catalogue, CallbackRules callbacks)
{
    private const int LongestDescription = 500, LongestSecret = 200, HighestRate = 10_000;

    private readonly string[] _families = [.. catalogue.Families.Select(family => family.Id)];

    /// <summary>A new endpoint, or all that is wrong with it.</summary>
    public (EndpointWish? Wish, ProblemResult? Refusal) Read(JsonBody body)
    {
        var members = new MemberReader(body.Root);
        var secret = Secret(members);
        var wish = Read(members, null) with { Secret = secret };
        return members.Refusal() is { } refusal ? (null, refusal) : (wish, null);
    }

    /// <summary>What becomes of an endpoint, or all that is wrong with the change.</summary>
    public (EndpointWish? Wish, ProblemResult? Refusal) ReadChange(JsonBody body, WebhookEndpoint current)
    {
        var members = new MemberReader(body.Root);
        var wish = Read(members, current);
        return members.Refusal() is { } refusal ? (null, refusal) : (wish, null);
    }

    private EndpointWish Read(MemberReader members, WebhookEndpoint? current)
    {
        var address = Address(members, current);
        var events = members.Choices("events", EndpointEvents.All);
        var families = members.Choices("families", _families);
        var description = members.OptionalText("description", LongestDescription);
        var rate = members.OptionalInteger("rate_limit_per_second", 1, HighestRate);
        return new()
        {
            Url = address?.Url ?? "",
            Host = address?.Host ?? "",
            Events = current is not null && members.IsAbsent("events") ? current.Events : events ?? EndpointEvents.Default,
            Families = members.IsAbsent("families") ? current?.Families : families,
            Description = members.IsAbsent("description") ? current?.Description : description,
            RateLimitPerSecond = members.IsAbsent("rate_limit_per_second") ? current?.RateLimitPerSecond : rate,
            Headers = Headers(members, current, address),
        };
    }

    private CallbackAddress? Address(MemberReader members, WebhookEndpoint? current)
    {
        if (current is not null && members.IsAbsent("url")) return new(current.Url, current.Host);
        if (!members.Has("url")) members.Fault("url", "is required");
        return callbacks.Read(members, "url");
    }

    // A header may be a key of the receiver's. Whoever can change the address must not have it sent to another host than its own.
    private static IReadOnlyList<KeyValuePair<string, string>>? Headers(
        MemberReader members, WebhookEndpoint? current, CallbackAddress? address)
    {
        var given = ExtraHeaders.Read(members);
        if (current is null || !members.IsAbsent("headers")) return given ?? [];
        if (current.HeaderNames.Length > 0 && address is not null && !IsSameOrigin(address, current))
            members.Fault("headers", "must be given with a url of another scheme, host or port: those of before were for the old one");
        return null;
    }

    private static bool IsSameOrigin(CallbackAddress address, WebhookEndpoint current) =>
        address.Host == current.Host && new Uri(address.Url).Scheme == new Uri(current.Url).Scheme;

    private static WebhookSecret? Secret(MemberReader members)
    {
        if (members.OptionalText("secret", LongestSecret) is not { } text) return null;
        if (WebhookSecret.TryParse(text, out var secret) && secret.Reveal() == text) return secret;
        members.Fault("secret", $"must be {WebhookSecret.Prefix} followed by the base64 of 24 to 64 bytes");
        return null;
    }
}
