using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>Whether the bridge did what it promises.</summary>
internal static class Verdict
{
    /// <summary>What it did not, in sentences; empty where all is well.</summary>
    public static IReadOnlyList<string> Faults(DemoResult result) =>
    [
        .. result.Rows.Zip(result.Endings, Fault).OfType<string>(),
        .. result.Violations.Where(violation => violation.Value > 0)
            .Select(violation => $"The upstream counted {Words.Count(violation.Value, "poll")} with the violation {violation.Key}."),
    ];

    private static string? Fault(TaskRow row, EmulatedStatus ending) => row switch
    {
        { Ended: false } => $"{row.TaskId} has not ended after {Words.Seconds(row.Age)}: {row.Status}, {Words.Count(row.Polls, "poll")}.",
        _ when row.Status != ending.Word() => $"{row.TaskId} ended as {row.Status}; the upstream's word was {ending.Word()}.",
        { Webhook: null } => $"{row.TaskId} ended as {row.Status}, and no webhook came for it.",
        { Webhook.IsVerified: false } => $"The signature of a webhook for {row.TaskId} was refused: {row.Webhook.Verification}.",
        { Webhook.IsAccepted: false } => $"The webhook for {row.TaskId} was answered {row.Webhook.StatusCode} and has not come again.",
        _ => null,
    };
}
