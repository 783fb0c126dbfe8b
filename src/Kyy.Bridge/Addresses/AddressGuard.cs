using System.Collections.Immutable;
using System.Net;

namespace Kyy.Bridge.Addresses;

/// <summary>Asks the DNS for the addresses of a host, which may be written as an address itself.</summary>
internal delegate Task<IPAddress[]> Resolver(string host, CancellationToken cancellation);

/// <summary>
/// The way to hosts that clients named, judged at the only moment that counts: when the connection is made. The name is resolved here, and
/// the very address that was vetted is the one connected to, so that a name which resolves differently a moment later gains nothing.
/// </summary>
/// <param name="addresses">Which addresses may be called.</param>
/// <param name="blockedPorts">Which ports may not, whatever the address.</param>
/// <param name="resolve">The system's resolver, but for tests.</param>
internal sealed class AddressGuard(AddressPolicy addresses, ImmutableArray<PortRange> blockedPorts, Resolver? resolve = null)
{
    // Of a name with thousands of addresses a few are tried: more would be a scan on the client's behalf.
    internal const int MostAddresses = 8;

    private readonly Resolver _resolve = resolve ?? Dns.GetHostAddressesAsync;

    /// <summary>Whether an address may be called.</summary>
    public bool Allows(IPAddress address) => addresses.Allows(address);

    /// <summary>Whether a port may be called; port 0 is none.</summary>
    public bool AllowsPort(int port) => port != 0 && !blockedPorts.Any(range => range.Contains(port));

    /// <summary>What a handler's connections come about by.</summary>
    /// <param name="proxy">The operator's egress proxy, which is told the vetted address and never the name; null for straight out.</param>
    public Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> Way(Uri? proxy) =>
        (context, cancellation) => ConnectAsync(context.DnsEndPoint, proxy, cancellation);

    private async ValueTask<Stream> ConnectAsync(DnsEndPoint endpoint, Uri? proxy, CancellationToken cancellation)
    {
        if (!AllowsPort(endpoint.Port)) throw new DestinationRefusedException();
        var resolved = await _resolve(endpoint.Host, cancellation);
        var vetted = resolved.Where(Allows).Take(MostAddresses).ToArray();
        if (vetted.Length == 0) throw new DestinationRefusedException();
        return proxy is null
            ? await Connecting.ToAsync(vetted, endpoint.Port, cancellation)
            : await ProxyTunnel.OpenAsync(proxy, vetted, endpoint.Port, cancellation);
    }
}

/// <summary>
/// Nothing that the URL leads to may be called. The text names no address: it would tell what a name resolves to inside.
/// </summary>
internal sealed class DestinationRefusedException() : IOException("The destination is not one that may be called.");
