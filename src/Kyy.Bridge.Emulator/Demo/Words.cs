using System.Globalization;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>How the demo says things, in the table and in the plain lines alike.</summary>
internal static class Words
{
    public static string Seconds(TimeSpan duration) => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s");

    public static string Count(int count, string one, string? many = null) => $"{count} {(count == 1 ? one : many ?? $"{one}s")}";

    public static string Family(TaskRow row) => row.Family ?? "not yet known";

    public static Cell Status(TaskRow row) => new(row.Status, row.Status switch
    {
        TaskStatuses.Registered or TaskStatuses.Queued => Tone.Quiet,
        TaskStatuses.Processing => Tone.Busy,
        TaskStatuses.Completed => Tone.Good,
        TaskStatuses.Cancelled => Tone.Odd,
        _ => Tone.Bad,
    });

    /// <summary>In the width of a column.</summary>
    public static Cell Webhook(WebhookMark? webhook) => webhook switch
    {
        null => new("–", Tone.Quiet),
        { IsVerified: false } => new("✗ refused", Tone.Bad),
        { IsAccepted: false } => new($"{webhook.StatusCode}, comes again", Tone.Odd),
        { Attempt: 1 } => new("✓ verified", Tone.Good),
        _ => new($"✓ at attempt {webhook.Attempt}", Tone.Good),
    };

    /// <summary>As part of a sentence.</summary>
    public static string Sentence(WebhookMark webhook) => webhook switch
    {
        { IsVerified: false } => $"webhook refused: {webhook.Verification}",
        { IsAccepted: true } => $"webhook verified (attempt {webhook.Attempt})",
        _ => $"webhook verified (attempt {webhook.Attempt}) and answered {webhook.StatusCode} on purpose: it comes again",
    };
}
