using System.Globalization;
using System.Text.Json;
using Kyy.Bridge.Client.Signing;

namespace Kyy.Bridge.Emulator.Receiving;

/// <summary>One received webhook as one line for people.</summary>
internal static class WebhookLine
{
    public static string Of(ReceivedWebhook webhook)
    {
        var (type, task) = Subject(webhook.Body);
        var line = string.Create(
            CultureInfo.InvariantCulture, $"{webhook.ReceivedAt:HH:mm:ss.fff}  {type}  {task}  {Verdict(webhook.Verification)}  {webhook.StatusCode}");
        // Anybody may POST here; a terminal obeys control characters.
        return string.Concat(line.Select(c => char.IsControl(c) ? '·' : c));
    }

    private static string Verdict(WebhookVerification? verification) => verification switch
    {
        null => "not verified: no secret",
        WebhookVerification.Verified => "signature verified",
        WebhookVerification.HeaderMissing => "REFUSED: a header is missing",
        WebhookVerification.TimestampMalformed => "REFUSED: the timestamp is not a number",
        WebhookVerification.TooOld => "REFUSED: too old",
        WebhookVerification.TooNew => "REFUSED: from the future",
        WebhookVerification.NoMatchingSignature => "REFUSED: no signature matches",
        _ => throw new ArgumentOutOfRangeException(nameof(verification), verification, null),
    };

    private static (string Type, string Task) Subject(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return (Text(json.RootElement, "type"), json.RootElement.TryGetProperty("data", out var data) ? Text(data, "task_id") : "-");
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return ("(unreadable)", "-");
        }
    }

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "-";
}
