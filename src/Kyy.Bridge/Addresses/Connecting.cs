using System.Net;
using System.Net.Sockets;

namespace Kyy.Bridge.Addresses;

/// <summary>Makes connections to addresses, and to nothing else.</summary>
internal static class Connecting
{
    /// <summary>A connection to the first of the addresses that takes it.</summary>
    public static Task<Stream> ToAsync(IPAddress[] addresses, int port, CancellationToken cancellation) =>
        ConnectAsync(socket => socket.ConnectAsync(addresses, port, cancellation));

    /// <summary>A connection to a host that the operator named.</summary>
    public static Task<Stream> ToAsync(DnsEndPoint host, CancellationToken cancellation) =>
        ConnectAsync(socket => socket.ConnectAsync(host, cancellation));

    private static async Task<Stream> ConnectAsync(Func<Socket, ValueTask> connect)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await connect(socket);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
