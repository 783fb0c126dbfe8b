using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>
/// Whether a correct client can take an answer for the task's end. Where two readings are tenable the answer is no, so that nothing
/// is held against a client for the other one.
/// </summary>
internal static class ReadableEnd
{
    /// <summary>A client may read no further.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>A longer one may be refused.</summary>
    private const int LongestLink = 2048;

    public static bool IsIn(JsonObject body, string id)
    {
        var content = body["data"] as JsonObject ?? body;
        if (Text(content["id"]) != id || (content.ContainsKey("object") && Text(content["object"]) != "video")) return false;
        return MeaningOf(Text(content["status"])) switch
        {
            EmulatedStatus.Completed => HasLink(content["video_url"]),
            EmulatedStatus.Failed or EmulatedStatus.Cancelled => true,
            _ => false,
        };
    }

    /// <summary>The status that a word means, its case, blanks and aliases aside; null for any other, <c>expired</c> among them.</summary>
    public static EmulatedStatus? MeaningOf(string? word) => word?.Trim().ToLowerInvariant() switch
    {
        "queued" or "pending" => EmulatedStatus.Queued,
        "processing" or "in_progress" or "running" => EmulatedStatus.Processing,
        "completed" or "succeeded" => EmulatedStatus.Completed,
        "failed" => EmulatedStatus.Failed,
        "cancelled" or "canceled" => EmulatedStatus.Cancelled,
        _ => null,
    };

    private static string? Text(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;

    private static bool HasLink(JsonNode? node) => node is JsonArray many ? many.Any(IsLink) : IsLink(node);

    private static bool IsLink(JsonNode? node) => Text(node) is { Length: > 0 and <= LongestLink } link && !link.Any(char.IsControl)
        && Uri.TryCreate(link, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https");
}
