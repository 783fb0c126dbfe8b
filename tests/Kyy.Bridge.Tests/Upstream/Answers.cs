using System.Text;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>Answers as a test writes them, and replies as it reads them.</summary>
internal static class Answers
{
    public const string Id = "video_1";

    public static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public const string Key = "sk-test-0123456789";

    public static readonly KeyMask Mask = new(new(Key));

    public static UpstreamReply Read(byte[] body, int statusCode = 200, string? retryAfter = null, string id = Id) =>
        Read(body, statusCode, retryAfter is null ? [] : [retryAfter], id);

    public static UpstreamReply Read(byte[] body, int statusCode, string[] retryAfter, string id = Id) =>
        UpstreamReplyReader.Read(new(id, statusCode, retryAfter, body, Mask, Now));

    public static UpstreamReply Read(string body, int statusCode = 200, string? retryAfter = null) =>
        Read(Encoding.UTF8.GetBytes(body), statusCode, retryAfter);

    /// <summary>A documented answer with these members in place of its own.</summary>
    public static string Task(string members) => $$"""{"object":"video","created":1761635478,"model":"videos","id":"{{Id}}",{{members}}}""";

    /// <summary>One line for each kind of reply, with what tells it from another of its kind.</summary>
    public static string Line(this UpstreamReply reply) => reply switch
    {
        UpstreamReply.Waiting waiting => $"{waiting.Status}",
        UpstreamReply.Completed completed => $"Completed {string.Join(' ', completed.Urls)}",
        UpstreamReply.CompletedWithoutUrl => "CompletedWithoutUrl",
        UpstreamReply.Failed failed => $"Failed {failed.Facts.Error?.Message}".TrimEnd(),
        UpstreamReply.Cancelled => "Cancelled",
        UpstreamReply.Expired => "Expired",
        UpstreamReply.NotFound missing => $"NotFound {missing.StatusCode}",
        UpstreamReply.WrongRoute => "WrongRoute",
        UpstreamReply.NotOurs foreign => $"NotOurs {foreign.Reason}",
        UpstreamReply.NotUnderstood odd => $"NotUnderstood {odd.Reason} {odd.Facts.RawStatus}".TrimEnd(),
        UpstreamReply.NoNews nothing => $"NoNews {nothing.StatusCode}",
        UpstreamReply.KeyRefused refused => $"KeyRefused {refused.StatusCode}",
        UpstreamReply.Throttled throttled => $"Throttled {throttled.RetryAfter}".TrimEnd(),
        UpstreamReply.Unreachable failed => $"Unreachable {failed.Kind} {failed.StatusCode} {failed.RetryAfter}".TrimEnd(),
        _ => throw new ArgumentOutOfRangeException(nameof(reply), reply, "A reply that no test names."),
    };
}
