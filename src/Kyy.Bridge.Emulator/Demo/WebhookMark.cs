using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>One webhook that came for a task.</summary>
/// <param name="Attempt">From 1, how often it has come.</param>
/// <param name="Verification">What the receiver made of its signature.</param>
/// <param name="StatusCode">What the receiver answered.</param>
/// <param name="ReceivedAt">When it came.</param>
internal sealed record WebhookMark(int Attempt, WebhookVerification? Verification, int StatusCode, DateTimeOffset ReceivedAt)
{
    public bool IsVerified => Verification is WebhookVerification.Verified;

    public bool IsAccepted => IsVerified && StatusCode is >= 200 and < 300;

    public static WebhookMark Of(ReceivedWebhook webhook) =>
        new(webhook.Attempt, webhook.Verification, webhook.StatusCode, webhook.ReceivedAt);
}
