using System.Globalization;
using System.Net;
using System.Text.Json;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Deliveries;

namespace Kyy.Bridge.Verbs;

/// <summary>
/// Follows a client's event stream and posts each event to a receiver, as its webhooks are: the same bytes, signed with the client's
/// secret. A receiver that does not take one is told about, not retried: this is a tool to look with.
/// </summary>
/// <param name="client">The bridge, with the client's key.</param>
/// <param name="bridge">Its address, for messages.</param>
/// <param name="receiver">What posts.</param>
/// <param name="to">Where to.</param>
/// <param name="output">For people.</param>
/// <param name="time">What waits are measured by.</param>
internal sealed class Listening(BridgeClient client, Uri bridge, HttpClient receiver, Uri to, TextWriter output, TimeProvider time)
{
    // Three heartbeats: a connection that is silent for so long leads nowhere any more.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromSeconds(30);

    private string? _cursor;
    private TimeSpan _wait = FirstWait;

    /// <summary>Returns the exit code: 0 when it was stopped, 1 when going on makes no sense.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(cancellation);
                await output.WriteLineAsync("The bridge ended the stream; connecting again.");
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                break;
            }
            catch (BridgeException refused) when (IsFinal(refused))
            {
                await output.WriteLineAsync(Advice(refused));
                return 1;
            }
            catch (BridgeException expired) when (expired.Status is HttpStatusCode.Gone)
            {
                _cursor = expired.Problem?.EarliestCursor;
                await output.WriteLineAsync("The feed no longer reaches back to where this left off, so events may be missing. Going on from its beginning.");
            }
            catch (Exception failure) when (IsPassing(failure, cancellation))
            {
                await output.WriteLineAsync($"{Words(failure)} Trying again in {_wait.TotalSeconds:0} s.");
            }

            if (!await WaitAsync(cancellation)) break;
        }

        return 0;
    }

    private async Task FollowAsync(CancellationToken cancellation)
    {
        var secret = WebhookSecret.Parse((await client.GetSigningSecretAsync(cancellation)).Secret);
        using var silence = new CancellationTokenSource(LongestSilence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellation);
        await foreach (var came in client.StreamEventsAsync(_cursor, either.Token))
        {
            if (_cursor is null) await output.WriteLineAsync($"Listening at {bridge}; events go to {to}.");
            (_cursor, _wait) = (came.Cursor, FirstWait);
            // The clock of the silence stands still while the receiver has the event.
            silence.CancelAfter(Timeout.InfiniteTimeSpan);
            if (came.Event is { } made) await PostAsync(made, secret, cancellation);
            silence.CancelAfter(LongestSilence);
        }
    }

    private async Task PostAsync(FeedEvent made, WebhookSecret secret, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var answer = await SendAsync(made, secret, cancellation);
        await output.WriteLineAsync(
            $"{made.Timestamp.UtcDateTime:HH:mm:ss} {made.Type} {About(made)}: {answer} ({time.GetElapsedTime(started).TotalMilliseconds:0} ms)");
    }

    private async Task<string> SendAsync(FeedEvent made, WebhookSecret secret, CancellationToken cancellation)
    {
        var body = made.ToWebhookBody();
        var at = time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, to) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("User-Agent", WebhookSender.UserAgent);
        request.Headers.Add(WebhookSignature.IdHeader, made.Id);
        request.Headers.Add(WebhookSignature.TimestampHeader, at.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Sign(secret, made.Id, at, body));
        try
        {
            // The head says it; a body may go on for ever.
            using var answer = await receiver.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException failure)
        {
            return $"no answer ({failure.HttpRequestError}); does the receiver run?";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"no answer within {receiver.Timeout.TotalSeconds:0} s";
        }
    }

    private async Task<bool> WaitAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(_wait, time, cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        _wait = _wait * 2 < LongestWait ? _wait * 2 : LongestWait;
        return true;
    }

    private string Advice(BridgeException refused) => refused.Status switch
    {
        HttpStatusCode.Unauthorized =>
            $"The bridge at {bridge} refuses the API key: it is unknown, expired or revoked. Ask an admin for a new one (POST /v1/admin/clients/{{id}}/keys).",
        HttpStatusCode.BadRequest when refused.Problem?.Errors?.ContainsKey("Kyy-Client") is true =>
            "That is an admin's key. Listening takes a client's: its events are signed with its own secret.",
        _ => $"{refused.Message} Is {bridge} the address of a Kyy.Bridge?",
    };

    // What is not the client's to mend passes.
    private static bool IsFinal(BridgeException refused) =>
        (int)refused.Status is >= 300 and < 500 && refused.Status is not (HttpStatusCode.Gone or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout);

    private static bool IsPassing(Exception failure, CancellationToken cancellation) =>
        failure is BridgeException or HttpRequestException or IOException or JsonException
        || (failure is OperationCanceledException && !cancellation.IsCancellationRequested);

    private string Words(Exception failure) => failure switch
    {
        BridgeException { Status: HttpStatusCode.TooManyRequests } => "As many streams are open as the client may have: end another one.",
        BridgeException refused => refused.Message,
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
            $"Nothing listens at {bridge}: start the bridge (deploy/dev up), or name another address with --url.",
        HttpRequestException or IOException => $"The connection to {bridge} broke.",
        JsonException => $"What {bridge} answers is not what a Kyy.Bridge would say.",
        _ => $"{bridge} has been silent for too long.",
    };

    private static string About(FeedEvent made)
    {
        try
        {
            return made.AsWebhook().ReadTask()?.Id ?? made.Id;
        }
        catch (JsonException)
        {
            return made.Id;
        }
    }
}
