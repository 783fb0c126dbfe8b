using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>One task as the demo shows it: what the bridge's API says of it, and what has reached the receiver.</summary>
/// <param name="Family">The family, with its tier where that is not the ordinary one; null while nobody has told it.</param>
/// <param name="TaskId">The upstream's id.</param>
/// <param name="Status">The bridge's word.</param>
/// <param name="Ended">Whether that is final.</param>
/// <param name="Polls">How often the upstream was asked.</param>
/// <param name="Age">Since the registration, or from it to the end.</param>
/// <param name="Webhook">The latest that came; null where none has.</param>
internal sealed record TaskRow(string? Family, string TaskId, string Status, bool Ended, int Polls, TimeSpan Age, WebhookMark? Webhook)
{
    /// <summary>Whether nothing more is to be expected, for good or ill.</summary>
    public bool IsSettled => Ended && Webhook is { IsAccepted: true } or { IsVerified: false };

    public static TaskRow Of(BridgeTask task, WebhookMark? webhook, DateTimeOffset now) => new(
        task.ServiceTier == ServiceTiers.Flex ? $"{task.Family} {task.ServiceTier}" : task.Family,
        task.TaskId,
        task.Status,
        task.Ended,
        task.Polls,
        (task.EndedAt ?? now) - task.RegisteredAt,
        webhook);
}

/// <summary>One webhook that came for a task.</summary>
/// <param name="Attempt">From 1, how often it has come.</param>
/// <param name="Verification">What the receiver made of its signature.</param>
/// <param name="StatusCode">What the receiver answered.</param>
/// <param name="ReceivedAt">When it came.</param>
internal sealed record WebhookMark(int Attempt, WebhookVerification? Verification, int StatusCode, DateTimeOffset ReceivedAt)
{
    public bool IsVerified => Verification is WebhookVerification.Verified;

    public bool IsAccepted => IsVerified && StatusCode is >= 200 and < 300;

    public static WebhookMark Of(ReceivedWebhook webhook) => new(webhook.Attempt, webhook.Verification, webhook.StatusCode, webhook.ReceivedAt);
}
