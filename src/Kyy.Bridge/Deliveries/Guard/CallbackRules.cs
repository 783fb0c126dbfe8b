using System.Net;
using Kyy.Bridge.Addresses;
using Kyy.Bridge.Http;

namespace Kyy.Bridge.Deliveries.Guard;

/// <summary>Where a client may have webhooks sent, as far as a URL's text tells: one rule for bare callbacks and for endpoints.</summary>
/// <remarks>It saves a client a delivery that could never succeed. What a name leads to is judged when a connection is made.</remarks>
internal sealed class CallbackRules(CallbackSettings settings, AddressGuard guard)
{
    public const int LongestUrl = 2_048;

    // The last good one: in a batch nearly all are the same, and to judge a URL takes longer than all else that is read of a task.
    private CallbackAddress? _last;

    /// <summary>The URL in a member; null where there is none, or none that webhooks can be sent to, which is then a fault.</summary>
    public CallbackAddress? Read(MemberReader members, string name)
    {
        var url = members.OptionalText(name, LongestUrl);
        if (url is null) return null;
        if (Volatile.Read(ref _last) is { } last && last.Url == url) return last;
        if ((TextRules.Url(url) ?? Fault(new Uri(url))) is { } fault)
        {
            members.Fault(name, fault);
            return null;
        }

        var uri = new Uri(url);
        var address = new CallbackAddress(url, $"{HostOf(uri)}:{uri.Port}");
        Volatile.Write(ref _last, address);
        return address;
    }

    /// <summary>What is wrong with a URL; null where nothing is. It names no address.</summary>
    public string? Fault(Uri url)
    {
        if (settings.RequireHttps ? url.Scheme != Uri.UriSchemeHttps : url.Scheme is not ("http" or "https"))
            return settings.RequireHttps ? "must begin with https://" : "must be an absolute http or https URL";
        if (url.UserInfo.Length > 0) return "must not hold a user name or password";
        if (!guard.AllowsPort(url.Port)) return "must not name a port that webhooks are not sent to (Bridge:Callbacks:BlockedPorts)";
        return FaultOfHost(url);
    }

    /// <summary>One spelling of a host: in ASCII and lower case, without the dot of a full name, addresses in their usual form.</summary>
    internal static string HostOf(Uri url)
    {
        // IdnHost is what is connected to.
        var host = url.IdnHost.TrimEnd('.').ToLowerInvariant();
        return IPAddress.TryParse(host, out var address) ? GlobalAddresses.Reached(address).ToString() : host;
    }

    private string? FaultOfHost(Uri url)
    {
        if (url.Host.Any(IsDisguise)) return "must name a host; one in another script can be written as xn--…";
        var host = url.IdnHost.TrimEnd('.');
        if (host.Contains('%')) return "must not name a zone";
        if (IPAddress.TryParse(host, out var address))
            return guard.Allows(address) ? null : "must not name an address that webhooks are not sent to";
        // Basic is what is no name of the DNS: a label that is too long, or one that begins with a dash.
        return url.HostNameType == UriHostNameType.Dns && !EndsInANumber(host) ? null : "must name a host";
    }

    // Digits and letters of full width, in circles, or of other scripts, dots of other scripts, and what is not seen at all: whether
    // they become plain ones depends on the machine's tables, and no honest host needs them.
    private static bool IsDisguise(char character) =>
        !char.IsAscii(character) && (!char.IsLetter(character) || character is >= '\uff00' and <= '\uffef');

    // 256.1.1.1 and 4294967296 are no addresses, but some resolvers make one of them.
    private static bool EndsInANumber(string host)
    {
        var last = host[(host.LastIndexOf('.') + 1)..];
        return last.All(char.IsAsciiDigit) || last.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>A URL that webhooks may be sent to.</summary>
/// <param name="Url">As it was written.</param>
/// <param name="Host">Its host and port in one spelling: what shares of connections, health and holds go by.</param>
internal sealed record CallbackAddress(string Url, string Host);
