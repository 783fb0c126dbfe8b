using Kyy.Bridge.Client.Contracts;

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
