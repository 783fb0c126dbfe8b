using System.Net;
using System.Net.Sockets;

namespace Kyy.Bridge.Deliveries.Guard;

/// <summary>
/// The way to addresses that clients named. The name is resolved here and the very address that was vetted is the one connected
/// to, so that a name which resolves differently a moment later gains nothing. No proxy of the environment, no redirects, no
/// cookies, nothing decompressed.
/// </summary>
internal static class GuardedHttp
{
    public static HttpMessageInvoker Create(AddressPolicy policy, DeliverySettings settings) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = settings.Timeout,
        MaxConnectionsPerServer = settings.MaxConcurrencyPerHost,
        MaxResponseHeadersLength = 16, // KiB
        MaxResponseDrainSize = 0, // What is longer than the part that is kept is dropped with its connection.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2), // The name is vetted anew at least this often.
        ConnectCallback = (context, cancellation) => ConnectAsync(policy, context.DnsEndPoint, cancellation),
    });

    private static async ValueTask<Stream> ConnectAsync(AddressPolicy policy, DnsEndPoint endpoint, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(endpoint.Host, cancellation);
        var vetted = addresses.Where(policy.Allows).ToArray();
        if (vetted.Length == 0) throw new DestinationRefusedException();

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(vetted, endpoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>No address of the name is one that may be called. The text names none: it would tell what the name resolves to inside.</summary>
internal sealed class DestinationRefusedException() : IOException("The destination is not one that webhooks may be sent to.");
