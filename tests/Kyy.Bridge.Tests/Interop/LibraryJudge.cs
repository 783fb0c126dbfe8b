using System.Globalization;
using System.Text;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;

namespace Kyy.Bridge.Tests.Interop;

/// <summary>The library of this repository as the judge.</summary>
internal sealed class LibraryJudge : WebhookJudge
{
    private const string Name = "Kyy.Bridge.Client";

    private readonly ReceiverServer _receiver;

    private LibraryJudge(ReceiverServer receiver) => _receiver = receiver;

    public override IReadOnlyList<string> Judges => [Name];

    public static new async Task<WebhookJudge> StartAsync() => new LibraryJudge(await ReceiverServer.StartAsync(new ReceiverOptions()));

    public override Uri Hook(string name) => _receiver.Hook(name);

    public override Task<IReadOnlyList<JudgedWebhook>> JudgeAsync(string secret)
    {
        var verifier = new WebhookVerifier(secret);
        return Task.FromResult<IReadOnlyList<JudgedWebhook>>(
            [.. _receiver.Webhooks.Select(webhook => new JudgedWebhook(webhook.Path.Split('/')[^1], [Judge(verifier, webhook)]))]);
    }

    public override ValueTask DisposeAsync() => _receiver.DisposeAsync();

    private static Verdict Judge(WebhookVerifier verifier, ReceivedWebhook webhook)
    {
        var timestamp = webhook.Headers[WebhookSignature.TimestampHeader];
        var later = (long.Parse(timestamp, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
        var tampered = Encoding.UTF8.GetString(webhook.Body.Span).Replace("task.", "tusk.", StringComparison.Ordinal);
        return new(Name, Accepts(timestamp, webhook.Body.Span), Accepts(timestamp, Encoding.UTF8.GetBytes(tampered)), Accepts(later, webhook.Body.Span));

        bool Accepts(string at, ReadOnlySpan<byte> body) =>
            verifier.Verify(webhook.WebhookId, at, webhook.Headers[WebhookSignature.SignatureHeader], body) is WebhookVerification.Verified;
    }
}
