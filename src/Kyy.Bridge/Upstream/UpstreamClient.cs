using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Security.Authentication;
using Kyy.Bridge.Addresses;

namespace Kyy.Bridge.Upstream;

/// <summary>
/// The one place that talks to the upstream. It follows no redirect (the key would go along), keeps no cookie, repeats nothing
/// that an upstream may have seen (the next poll is the repetition) and bounds every answer in time and, after decompression, in bytes.
/// </summary>
internal sealed class UpstreamClient : IUpstreamClient, IDisposable
{
    private readonly UpstreamOptions _options;
    private readonly TimeProvider _time;

    // Not HttpClients, whose own time-out and buffering would only stand beside ours. What a client named is reached by its own way.
    private readonly HttpMessageInvoker _operators, _clients;

    /// <param name="options">How the upstream is asked.</param>
    /// <param name="time">The clock of its time-outs.</param>
    /// <param name="guard">What is asked before a base URL is called that a client named.</param>
    public UpstreamClient(UpstreamOptions options, TimeProvider time, AddressGuard guard)
        : this(options, time, NewHandler(options), NewGuardedHandler(options, guard))
    {
    }

    /// <summary>With handlers that differ from those made here in whom they trust, which is no matter of configuration.</summary>
    internal UpstreamClient(UpstreamOptions options, TimeProvider time, HttpMessageHandler operators, HttpMessageHandler clients) =>
        (_options, _time, _operators, _clients) = (options, time, new(operators), new(clients));

    public async Task<UpstreamExchange> GetResultAsync(UpstreamTarget target, string taskId, CancellationToken cancellationToken)
    {
        var sentAt = _time.GetTimestamp();
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var sending = Sending.Begin();
        try
        {
            var (reply, excerpt) = _options.Allows(target.BaseUrl)
                ? await AskAsync(target, taskId, limit.Token, cancellationToken)
                : (new UpstreamReply.Unreachable(UnreachableKind.NotAllowed), null);
            return new(reply, sentAt, _time.GetElapsedTime(sentAt), excerpt) { TimesSent = sending.Times };
        }
        catch (Exception exception) when (UnreachableKinds.Of(exception) is { } kind)
        {
            // What was broken off because the caller cancelled must not look like the upstream's fault.
            cancellationToken.ThrowIfCancellationRequested();
            return new(new UpstreamReply.Unreachable(kind), sentAt, _time.GetElapsedTime(sentAt)) { TimesSent = sending.Times };
        }
    }

    public void Dispose()
    {
        _operators.Dispose();
        _clients.Dispose();
    }

    private async Task<(UpstreamReply Reply, string? Excerpt)> AskAsync(
        UpstreamTarget target, string taskId, CancellationToken limit, CancellationToken caller)
    {
        using var request = NewRequest(target, taskId);
        using var response = await WayTo(target).SendAsync(request, limit);
        // One byte more than is ever read, so that the reader can tell an answer that is too long.
        var buffer = ArrayPool<byte>.Shared.Rent(UpstreamBodyReader.MaxBytes + 1);
        try
        {
            var (content, broken) = await ReadAsync(response, buffer.AsMemory(0, UpstreamBodyReader.MaxBytes + 1), limit, caller);
            var answer = new UpstreamAnswer(
                taskId, (int)response.StatusCode, RetryAfter(response), content, new KeyMask(target.Key), _time.GetUtcNow());
            var reply = broken is { } kind && !UpstreamReplyReader.IsDecidedByTheHead(answer.StatusCode)
                ? new UpstreamReply.Unreachable(kind)
                : UpstreamReplyReader.Read(answer);
            return (reply, reply is UpstreamReply.Reading ? null : AnswerExcerpt.Of(content.Span, answer.Mask));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Nothing is asked about the operator's own: it may well be inside.
    private HttpMessageInvoker WayTo(UpstreamTarget target) => _options.IsOperators(target.BaseUrl) ? _operators : _clients;

    // What came before an answer broke off is worth showing to people.
    private static async Task<(ReadOnlyMemory<byte> Content, UnreachableKind? Broken)> ReadAsync(
        HttpResponseMessage response, Memory<byte> buffer, CancellationToken limit, CancellationToken caller)
    {
        var length = 0;
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(limit);
            while (length < buffer.Length && await body.ReadAsync(buffer[length..], limit) is > 0 and var read) length += read;
            return (buffer[..length], null);
        }
        catch (Exception exception) when (!caller.IsCancellationRequested && UnreachableKinds.Of(exception) is { } kind)
        {
            return (buffer[..length], kind);
        }
    }

    private static HttpRequestMessage NewRequest(UpstreamTarget target, string taskId)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, ResultAddress.For(target.BaseUrl, taskId))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        // Unvalidated, because the validating setter quotes a value that it does not like in its exception.
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {target.Key.Reveal()}");
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        return request;
    }

    private static string[] RetryAfter(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Retry-After", out var values) ? [.. values] : [];

    // One by one, that is: not HTTP/2, and not the way to a proxy, on which the tunnel is asked for.
    private static bool CarriesPolls(SocketsHttpPlaintextStreamFilterContext connection) =>
        connection.NegotiatedHttpVersion.Major < 2 && connection.InitialRequestMessage.Method != HttpMethod.Connect;

    /// <summary>
    /// For base URLs that clients named, so that none of them reaches what a callback could not. An egress proxy is asked by the guard
    /// itself, for the address that was vetted: the handler would leave the name to it.
    /// </summary>
    internal static SocketsHttpHandler NewGuardedHandler(UpstreamOptions options, AddressGuard guard)
    {
        var handler = NewHandler(options with { Proxy = null });
        handler.ConnectCallback = guard.Way(options.Proxy);
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2); // The name is vetted anew at least this often.
        return handler;
    }

    internal static SocketsHttpHandler NewHandler(UpstreamOptions options) => new()
    {
        // Whatever the machine's own settings still allow.
        SslOptions = { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 },
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = options.Proxy is not null,
        Proxy = options.Proxy is null ? null : new WebProxy(options.Proxy),
        // Traces are kept, but nothing beyond the documented headers is sent.
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        PlaintextStreamFilter = (context, _) => ValueTask.FromResult(
            CarriesPolls(context) ? Sending.Over(context.PlaintextStream) : context.PlaintextStream),
        AutomaticDecompression = DecompressionMethods.All,
        MaxResponseHeadersLength = 16, // KiB
        MaxResponseDrainSize = 0, // What is too long is dropped with its connection, not read to its end.
        MaxConnectionsPerServer = options.MaxConcurrency,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = options.Timeout, // A connection attempt outlives the request that asked for it.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // So that a change of DNS is seen.
        // A timed-out HTTP/2 request leaves its connection open; without pings a dead one would time out every poll for minutes.
        KeepAlivePingDelay = TimeSpan.FromSeconds(15),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
    };
}
