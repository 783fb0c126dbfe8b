using System.Net;
using Kyy.Bridge.Http;

namespace Kyy.Bridge.Deliveries.Guard;

/// <summary>Where a client may have webhooks sent, as far as a URL's text tells: one rule for bare callbacks and for endpoints.</summary>
internal sealed class CallbackRules(CallbackSettings settings, AddressPolicy addresses)
{
    public const int LongestUrl = 2_048;

    /// <summary>The URL in a member; null where there is none, or none that webhooks can be sent to, which is then a fault.</summary>
    public CallbackAddress? Read(MemberReader members, string name)
    {
        var url = members.Url(name, LongestUrl);
        if (url is null || !Uri.TryCreate(url, UriKind.Absolute, out var uri)) return null;
        if (Fault(uri) is not { } fault) return new(url, $"{uri.IdnHost.ToLowerInvariant()}:{uri.Port}");
        members.Fault(name, fault);
        return null;
    }

    /// <summary>What is wrong with a URL; null where nothing is. It names no address.</summary>
    public string? Fault(Uri url)
    {
        if (settings.RequireHttps && url.Scheme != Uri.UriSchemeHttps) return "must begin with https://";
        return IPAddress.TryParse(url.DnsSafeHost, out var address) && !addresses.Allows(address)
            ? "must not name an address that webhooks are not sent to"
            : null;
    }
}

/// <summary>A URL that webhooks may be sent to.</summary>
/// <param name="Url">As it was written.</param>
/// <param name="Host">Its host and port in one spelling: what shares of connections, health and holds go by.</param>
internal sealed record CallbackAddress(string Url, string Host);
