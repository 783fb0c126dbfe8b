using System.Buffers;
using System.Diagnostics;
using System.Net;

namespace Kyy.Bridge.Upstream;

/// <summary>
/// The one place that talks to the upstream. It follows no redirect (the key would go along), keeps no cookie, repeats nothing
/// (the next poll is the repetition) and bounds every answer in time and, after decompression, in bytes.
/// </summary>
internal sealed class UpstreamClient(UpstreamOptions options, TimeProvider time) : IUpstreamClient, IDisposable
{
    // Not an HttpClient, whose own time-out and buffering would only stand beside ours.
    private readonly HttpMessageInvoker _http = new(CreateHandler(options));

    public async Task<UpstreamExchange> GetResultAsync(UpstreamTarget target, string taskId, CancellationToken cancellationToken)
    {
        var sentAt = time.GetTimestamp();
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var (reply, excerpt) = options.Allows(target.BaseUrl)
                ? await AskAsync(target, taskId, limit.Token)
                : (new UpstreamReply.Unreachable(UnreachableKind.NotAllowed), null);
            return new(reply, sentAt, time.GetElapsedTime(sentAt), excerpt);
        }
        catch (Exception exception) when (UnreachableKinds.Of(exception) is { } kind)
        {
            // What was broken off because the caller cancelled must not look like the upstream's fault.
            cancellationToken.ThrowIfCancellationRequested();
            return new(new UpstreamReply.Unreachable(kind), sentAt, time.GetElapsedTime(sentAt));
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<(UpstreamReply Reply, string? Excerpt)> AskAsync(
        UpstreamTarget target, string taskId, CancellationToken cancellationToken)
    {
        using var request = NewRequest(target, taskId);
        using var response = await _http.SendAsync(request, cancellationToken);
        // One byte more than is ever read, so that the reader can tell an answer that is too long.
        var buffer = ArrayPool<byte>.Shared.Rent(UpstreamBodyReader.MaxBytes + 1);
        try
        {
            var content = buffer.AsMemory(0, UpstreamBodyReader.MaxBytes + 1);
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            content = content[..await body.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken)];
            AnswerExcerpt.MaskKey(content.Span, target.Key);
            var reply = UpstreamReplyReader.Read(new(taskId, (int)response.StatusCode, RetryAfter(response), content, time.GetUtcNow()));
            return (reply, reply is UpstreamReply.Reading ? null : AnswerExcerpt.Of(content.Span));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
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

    private static string? RetryAfter(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Retry-After", out var values) ? values.ToString() : null;

    private static SocketsHttpHandler CreateHandler(UpstreamOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = options.Proxy is not null,
        Proxy = options.Proxy is null ? null : new WebProxy(options.Proxy),
        // Traces are kept, but nothing beyond the documented headers is sent.
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
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
