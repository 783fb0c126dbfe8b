using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Kyy.Bridge.Addresses;

/// <summary>
/// A tunnel through an egress proxy to an address that was vetted here. The handler's own use of a proxy would tell it the name, and what
/// the proxy resolves that to nobody has vetted. TLS, and with it the name, is spoken inside the tunnel.
/// </summary>
internal static class ProxyTunnel
{
    private const int LongestHead = 8 << 10;

    /// <summary>A tunnel to the first of the addresses that the proxy reaches.</summary>
    public static async Task<Stream> OpenAsync(Uri proxy, IPAddress[] addresses, int port, CancellationToken cancellation)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return await OpenAsync(proxy, new IPEndPoint(addresses[i], port), cancellation);
            }
            catch (ProxyRefusedException) when (i < addresses.Length - 1)
            {
                // The next address, over a connection of its own.
            }
        }
    }

    private static async Task<Stream> OpenAsync(Uri proxy, IPEndPoint destination, CancellationToken cancellation)
    {
        var stream = await Connecting.ToAsync(new DnsEndPoint(proxy.IdnHost, proxy.Port), cancellation);
        try
        {
            if (proxy.Scheme == Uri.UriSchemeHttps) stream = await SecureAsync(stream, proxy.IdnHost, cancellation);
            var ask = $"CONNECT {destination} HTTP/1.1\r\nHost: {destination}\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(ask), cancellation);
            if (!IsSuccess(await ReadHeadAsync(stream, cancellation))) throw new ProxyRefusedException();
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async Task<Stream> SecureAsync(Stream stream, string host, CancellationToken cancellation)
    {
        var secure = new SslStream(stream);
        try
        {
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, cancellation);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    // Byte by byte, since what follows the head is the destination's.
    private static async Task<string> ReadHeadAsync(Stream stream, CancellationToken cancellation)
    {
        var head = new StringBuilder();
        var next = new byte[1];
        while (head.Length < LongestHead && await stream.ReadAsync(next, cancellation) > 0)
        {
            head.Append((char)next[0]);
            if (next[0] == '\n' && head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) return head.ToString();
        }

        throw new ProxyRefusedException();
    }

    // HTTP/1.1 200 Connection established
    private static bool IsSuccess(string head) =>
        head.StartsWith("HTTP/1.", StringComparison.Ordinal) && head.Length > 9 && head[8] == ' ' && head[9] == '2';
}

/// <summary>The egress proxy does not lead to the destination.</summary>
internal sealed class ProxyRefusedException() : IOException(
    "The egress proxy does not lead to the destination.", new SocketException((int)SocketError.ConnectionRefused));
