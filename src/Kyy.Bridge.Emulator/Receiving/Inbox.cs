using System.Collections.Concurrent;
using System.Collections.Immutable;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Receiving;

/// <summary>What a receiver does with one webhook: read, verify, decide, keep, answer.</summary>
internal sealed class Inbox(int capacity, TimeProvider time)
{
    private static readonly RawAnswer Accepted = new(StatusCodes.Status204NoContent);
    private static readonly RawAnswer Refused = RawAnswer.Message(StatusCodes.Status400BadRequest, "signature refused");

    private readonly ConcurrentDictionary<(string Path, string Id), int> _attempts = [];
    private readonly ConcurrentDictionary<string, Func<ReceivedWebhook, IAnswer>> _answersByPath = new(StringComparer.Ordinal);
    private ImmutableArray<WebhookSecret> _secrets = [];
    private volatile WebhookVerifier? _verifier;
    private int _count;

    public event Action<ReceivedWebhook>? Received;

    public ImmutableArray<WebhookSecret> Secrets
    {
        get => _secrets;
        set => (_secrets, _verifier) = (value, value.IsEmpty ? null : new WebhookVerifier(value, time));
    }

    /// <summary>The answer where no path has its own. One that cannot be verified for want of a secret is accepted.</summary>
    public Func<ReceivedWebhook, IAnswer> Answer { get; set; } = webhook => IsRefused(webhook) ? Refused : Accepted;

    public Journal<ReceivedWebhook> Journal { get; } = new(capacity);

    public void AnswerAt(string path, Func<ReceivedWebhook, IAnswer> answer) => _answersByPath[path] = answer;

    /// <summary>The codes of one path, one for each attempt, the last repeating. A signature that is refused stays refused.</summary>
    public void AnswerAt(string path, IReadOnlyList<int> codes) =>
        AnswerAt(path, webhook => IsRefused(webhook) ? Refused : new RawAnswer(codes[Math.Min(webhook.Attempt, codes.Count) - 1]));

    public async Task HandleAsync(HttpContext context)
    {
        var webhook = await ReadAsync(context);
        var answer = _answersByPath.GetValueOrDefault(webhook.Path, Answer)(webhook);
        webhook = webhook with { StatusCode = answer.StatusCode };
        Journal.Add(webhook);
        Received?.Invoke(webhook);
        await answer.SendAsync(context, time, () => { });
    }

    private static bool IsRefused(ReceivedWebhook webhook) => webhook.Verification is not (null or WebhookVerification.Verified);

    private async Task<ReceivedWebhook> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return Receive(RawPath.TargetOf(context), context.Request.Headers, body.ToArray());
    }

    private ReceivedWebhook Receive(string path, IHeaderDictionary headers, byte[] body)
    {
        var id = headers[WebhookSignature.IdHeader].ToString();
        return new()
        {
            Number = Interlocked.Increment(ref _count),
            ReceivedAt = time.GetUtcNow(),
            Path = path,
            WebhookId = id,
            Attempt = _attempts.AddOrUpdate((path, id), 1, (_, seen) => seen + 1),
            Headers = headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Body = body,
            Verification = _verifier?.Verify(
                id, headers[WebhookSignature.TimestampHeader], headers[WebhookSignature.SignatureHeader], body),
        };
    }
}
