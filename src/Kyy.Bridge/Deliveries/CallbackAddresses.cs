using System.Net;
using Kyy.Bridge.Deliveries.Guard;

namespace Kyy.Bridge.Deliveries;

/// <summary>Which addresses a client may name for webhooks to be sent to: what can be told before a name is resolved.</summary>
internal sealed class CallbackAddresses(CallbackSettings callbacks, AddressPolicy addresses)
{
    /// <summary>What is wrong with an address that <see cref="Http.TextRules.Url"/> has let pass.</summary>
    public IEnumerable<string> Faults(Uri url)
    {
        if (callbacks.RequireHttps && url.Scheme != Uri.UriSchemeHttps) yield return "must begin with https://";
        if (IPAddress.TryParse(url.DnsSafeHost, out var address) && !addresses.Allows(address))
            yield return "must not name an address that webhooks are not sent to";
    }

    /// <summary>Host and port: what shares of connections are counted by.</summary>
    public static string HostOf(Uri url) => $"{url.IdnHost.ToLowerInvariant()}:{url.Port}";
}
