using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>
/// A server of bytes on 127.0.0.1, or on another address of this machine: it hands every request's head to a script that writes whatever it likes, well-formed or not.
/// A connection is kept until its script returns false.
/// </summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Func<Stream, CancellationToken, Task<bool>> _script;
    private readonly X509Certificate2? _certificate;
    private readonly bool _shakesHands;
    private readonly Task _accepting;
    private int _accepted;

    public RawServer(
        Func<Stream, CancellationToken, Task<bool>> script, X509Certificate2? certificate = null, bool shakesHands = false,
        IPAddress? address = null)
    {
        _listener = new(address ?? IPAddress.Loopback, 0);
        _script = script;
        _certificate = certificate;
        _shakesHands = shakesHands;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri BaseUrl => new($"{(_shakesHands || _certificate is not null ? "https" : "http")}://{_listener.LocalEndpoint}/base");

    /// <summary>The heads of all requests so far, each with its empty last line.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public int Connections => Volatile.Read(ref _accepted);

    /// <summary>The first byte of each connection that sent one: 0x16 where it began with TLS.</summary>
    public ConcurrentQueue<byte> FirstBytes { get; } = new();

    /// <summary>A server that always answers with these bytes and keeps the connection.</summary>
    public static RawServer Answering(string head, byte[]? body = null, X509Certificate2? certificate = null) => new(
        async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(head.ReplaceLineEndings("\r\n")), stop);
            await stream.WriteAsync(body ?? [], stop);
            return true;
        },
        certificate);

    /// <summary>A server that plays <c>https</c> with bytes of its own, before any request.</summary>
    public static RawServer Handshaking(Func<Stream, CancellationToken, Task> script) => new(
        async (stream, stop) =>
        {
            await script(stream, stop);
            return false;
        },
        shakesHands: true);

    /// <summary>A server that answers 200 with that body, as plain JSON or as the header says.</summary>
    public static RawServer Json(string body, string headers = "") => Json(Encoding.UTF8.GetBytes(body), headers);

    public static RawServer Json(byte[] body, string headers = "") =>
        Answering($"HTTP/1.1 200 OK\nContent-Type: application/json\n{headers}Content-Length: {body.Length}\n\n", body);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        // They end by cancellation, or broken by a client that has had enough: what matters is what the client made of it.
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        await Task.WhenAll(_connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var connection = await _listener.AcceptTcpClientAsync(_stopping.Token);
            // Before a byte is answered: whoever has the answer may count.
            Interlocked.Increment(ref _accepted);
            _connections.Add(ServeAsync(connection));
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using var _ = connection;
        var first = new byte[1];
        if (await connection.Client.ReceiveAsync(first, SocketFlags.Peek, _stopping.Token) > 0) FirstBytes.Enqueue(first[0]);
        await using var stream = await OpenAsync(connection);
        if (_shakesHands)
        {
            await _script(stream, _stopping.Token);
            return;
        }

        while (await ReadHeadAsync(stream) is { Length: > 0 } head)
        {
            Requests.Enqueue(head);
            if (!await _script(stream, _stopping.Token)) break;
        }
    }

    private async Task<Stream> OpenAsync(TcpClient connection)
    {
        if (_certificate is null) return connection.GetStream();
        var secure = new SslStream(connection.GetStream());
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stopping.Token);
        return secure;
    }

    private async Task<string> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var buffer = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(buffer, _stopping.Token) == 0) return "";
            head.Append((char)buffer[0]);
        }

        return head.ToString();
    }
}
