using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
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
    private readonly Func<DateTimeOffset> _now;

    // Not HttpClients, whose own time-out and buffering would only stand beside ours. What a client named is reached by its own way.
    private readonly HttpMessageInvoker _operators, _clients;

    // Looked up by the very object, which is the same for as long as a key is.
    private readonly ConditionalWeakTable<UpstreamTarget, TargetRequests> _requests = [];

    /// <param name="options">How the upstream is asked.</param>
    /// <param name="time">The clock of its time-outs.</param>
    /// <param name="guard">What is asked before a base URL is called that a client named.</param>
    /// <param name="now">What dates in answers are counted from; the wall clock of <paramref name="time"/> by default.</param>
    public UpstreamClient(UpstreamOptions options, TimeProvider time, AddressGuard guard, Func<DateTimeOffset>? now = null)
        : this(options, time, NewHandler(options), NewGuardedHandler(options, guard)) => _now = now ?? _now;

    /// <summary>With handlers that differ from those made here in whom they trust, which is no matter of configuration.</summary>
    internal UpstreamClient(UpstreamOptions options, TimeProvider time, HttpMessageHandler operators, HttpMessageHandler clients) =>
        (_options, _time, _now, _operators, _clients) = (options, time, time.GetUtcNow, new(operators), new(clients));

    public async Task<UpstreamExchange> GetResultAsync(UpstreamTarget target, string taskId, CancellationToken cancellationToken)
    {
        var sentAt = _time.GetTimestamp();
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        // By hand: a linked source would be a second one for each poll.
        using var given = cancellationToken.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), limit);
        var sending = Sending.Begin();
        try
        {
            var (reply, excerpt) = _requests.GetValue(target, Prepare) is { Way: { } way } requests
                ? await AskAsync(way, requests, taskId, limit.Token, cancellationToken)
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

    // Nothing is asked about the operator's own: it may well be inside.
    private TargetRequests Prepare(UpstreamTarget target) => new(
        !_options.Allows(target.BaseUrl) ? null : _options.IsOperators(target.BaseUrl) ? _operators : _clients, target);

    private async ValueTask<(UpstreamReply Reply, string? Excerpt)> AskAsync(
        HttpMessageInvoker way, TargetRequests requests, string taskId, CancellationToken limit, CancellationToken caller)
    {
        using var request = requests.New(taskId);
        using var response = await way.SendAsync(request, limit);
        using var body = new AnswerBody();
        var broken = await ReadAsync(response, body, limit, caller);
        var answer = new UpstreamAnswer(
            taskId, (int)response.StatusCode, RetryAfter(response), body.Content, requests.Mask, _now());
        var reply = broken is { } kind && !UpstreamReplyReader.IsDecidedByTheHead(answer.StatusCode)
            ? new UpstreamReply.Unreachable(kind)
            : UpstreamReplyReader.Read(answer);
        return (reply, reply is UpstreamReply.Reading ? null : AnswerExcerpt.Of(body.Content.Span, answer.Mask));
    }

    // What came before an answer broke off is worth showing to people.
    private static async ValueTask<UnreachableKind?> ReadAsync(
        HttpResponseMessage response, AnswerBody body, CancellationToken limit, CancellationToken caller)
    {
        try
        {
            // Disposed with its response.
            var stream = await response.Content.ReadAsStreamAsync(limit);
            while (body.Room() is { IsEmpty: false } room && await stream.ReadAsync(room, limit) is > 0 and var read) body.Take(read);
            return null;
        }
        catch (Exception exception) when (!caller.IsCancellationRequested && UnreachableKinds.Of(exception) is { } kind)
        {
            return kind;
        }
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
