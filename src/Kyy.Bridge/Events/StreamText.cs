using System.Buffers;
using System.Text;
using System.Text.Json;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Events;

/// <summary>Server-sent events as text.</summary>
internal static class StreamText
{
    private static ReadOnlySpan<byte> LineEnds => "\r\n"u8;

    /// <summary>What a stream begins with: how long to wait before connecting again, and from where to go on even if nothing ever came.</summary>
    public static void WriteStart(IBufferWriter<byte> text, FeedCursor cursor, TimeSpan retry) =>
        Write(text, $"retry: {(int)retry.TotalMilliseconds}\nid: {cursor}\n\n");

    /// <summary>A comment, which keeps the connection open, and an id, which readers go on from. No event comes of it.</summary>
    public static void WriteHeartbeat(IBufferWriter<byte> text, FeedCursor cursor) => Write(text, $": still here\nid: {cursor}\n\n");

    public static void WriteEvent(IBufferWriter<byte> text, FeedCursor cursor, FeedEvent made)
    {
        Write(text, $"id: {cursor}\nevent: {made.Type}\n");
        var json = JsonSerializer.SerializeToUtf8Bytes(made, BridgeJson.Wire.FeedEvent).AsSpan();
        // Between a caller's metadata's members may be line breaks, and a line break ends a line here.
        while (true)
        {
            var end = json.IndexOfAny(LineEnds);
            text.Write("data: "u8);
            text.Write(end < 0 ? json : json[..end]);
            text.Write("\n"u8);
            if (end < 0) break;
            json = json[(end + (json[end..].StartsWith(LineEnds) ? 2 : 1))..];
        }

        text.Write("\n"u8);
    }

    private static void Write(IBufferWriter<byte> text, string words) => Encoding.UTF8.GetBytes(words, text);
}
