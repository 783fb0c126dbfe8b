using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Kyy.Bridge.Emulator.Http;

/// <summary>
/// The connection below a request, past the server. In plain HTTP the bytes go into the socket itself: what is written to the
/// transport may still be in it when the connection is reset, and would then never be sent.
/// </summary>
internal sealed class RawWire(HttpContext context)
{
    private readonly ClientConnection _connection = context.Features.GetRequiredFeature<ClientConnection>();

    private readonly ISslStreamFeature? _secure = context.Features.Get<ISslStreamFeature>();

    private readonly Socket? _socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;

    /// <summary>Returns when the bytes have left the process, or wait for an asker that is slow to read.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken gone)
    {
        gone.ThrowIfCancellationRequested();
        if (_secure is not null || _socket is null)
        {
            await _connection.Transport.WriteAsync(bytes, gone);
            return;
        }

        while (!bytes.IsEmpty) bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, gone)..];
    }

    /// <summary>Ends the connection in order; returns once it has ended.</summary>
    public async Task CloseAsync()
    {
        if (_secure is not null) await _secure.SslStream.ShutdownAsync();
        await _connection.Socket.CompleteAsync();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _connection.Closed)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
