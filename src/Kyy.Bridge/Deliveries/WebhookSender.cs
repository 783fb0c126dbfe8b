using System.Buffers;
using System.Globalization;
using System.Net;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Deliveries.Guard;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Deliveries;

/// <summary>Makes one attempt: sign, POST through the guard, the whole exchange bounded in time and bytes.</summary>
internal sealed class WebhookSender(
    Envelopes envelopes, GuardedHttp guard, DeliverySettings settings, DatabaseClock clock, TimeProvider time) : IDisposable
{
    private const int KeptOfAnswer = 2048;

    internal static readonly string UserAgent =
        $"Kyy-Bridge/{typeof(WebhookSender).Assembly.GetName().Version!.ToString(3)}";

    private readonly HttpMessageInvoker _http = guard.NewInvoker(settings.Timeout);
    private readonly TimeLimits _limits = new(settings.Timeout, time);

    /// <summary>Sends. Whatever the network or the receiver does is a result.</summary>
    public async Task<Attempt> SendAsync(LeasedDelivery delivery)
    {
        var envelope = await envelopes.OfAsync(delivery);
        var startedAt = clock.Now;
        var started = time.GetTimestamp();
        var (result, body) = envelope is null
            ? (new AttemptResult.Unreachable(AttemptError.NotSigned), null)
            : await PostAsync(delivery, envelope, startedAt);
        return new(result, startedAt, time.GetElapsedTime(started), body);
    }

    public void Dispose()
    {
        _http.Dispose();
        _limits.Dispose();
    }

    private async Task<(AttemptResult Result, byte[]? Body)> PostAsync(LeasedDelivery delivery, Envelope envelope, DateTimeOffset at)
    {
        var limit = _limits.Begin();
        try
        {
            using var request = CreateRequest(delivery, envelope, at);
            using var response = await _http.SendAsync(request, limit.Token);
            var body = await ReadBodyAsync(response, limit.Token);
            return (Read(response), HeaderMask.Apply(body, envelope.Headers));
        }
        catch (Exception exception) when (AttemptErrors.Of(exception) is { } error)
        {
            return (new AttemptResult.Unreachable(error), null);
        }
        finally
        {
            _limits.End(limit);
        }
    }

    private HttpRequestMessage CreateRequest(LeasedDelivery delivery, Envelope envelope, DateTimeOffset at)
    {
        var id = TypeId.Format(TypeId.Event, delivery.EventId);
        var timestamp = at.ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, guard.Address(envelope.Url))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = new ByteArrayContent(delivery.Payload),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Headers.TryAddWithoutValidation("traceparent", Traceparent.Next());
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        request.Headers.TryAddWithoutValidation(WebhookSignature.IdHeader, id);
        request.Headers.TryAddWithoutValidation(WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation(
            WebhookSignature.SignatureHeader, WebhookSignature.Sign(envelope.Secrets, id, timestamp, delivery.Payload));
        if (delivery.LinkExpiresAt <= at) request.Headers.TryAddWithoutValidation("kyy-video-url", "expired");
        foreach (var (name, value) in envelope.Headers)
        {
            // A few names, Expires for one, belong to the content's part of the same head.
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    // Kept as the bytes that came; the rest is not read. Most answers have none. Where the read breaks off its buffer is left to it.
    private static async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(KeptOfAnswer);
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var length = await body.ReadAtLeastAsync(buffer.AsMemory(0, KeptOfAnswer), KeptOfAnswer, throwOnEndOfStream: false, cancellation);
        var kept = buffer.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(buffer);
        return kept;
    }

    private AttemptResult Read(HttpResponseMessage response) => (int)response.StatusCode switch
    {
        >= 200 and < 300 and var accepted => new AttemptResult.Accepted(accepted),
        StatusCodes.Status410Gone => new AttemptResult.Gone(),
        var rejected => new AttemptResult.Rejected(rejected, RetryAfter(response)),
    };

    private TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter is { } asked ? asked.Delta ?? (asked.Date - clock.Now) : null;
}
