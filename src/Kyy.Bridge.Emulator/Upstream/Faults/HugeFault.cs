using System.Collections.Immutable;
using System.Text;
using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>An answer that no reader should read to its end (E18). Sent block by block, until the asker hangs up.</summary>
internal sealed record HugeFault : AnswerFault
{
    private const int BlockSize = 64 * 1024;
    private const int KeysInABlock = 1000;

    /// <summary>What it is made of.</summary>
    public HugeShape Shape { get; init; }

    /// <summary>Bytes of padding, rounded up to 64 KiB; for <c>keys</c> how many, rounded up to a thousand; for <c>depth</c> how deep.</summary>
    public long Size { get; init; } = 100L * 1024 * 1024;

    public HugeFraming Framing { get; init; }

    public override IAnswer Of(Asked asked)
    {
        var answer = asked.Ordinary(As);
        var json = Encoding.UTF8.GetString(answer.Body.Span);
        return Shape == HugeShape.Depth
            ? RawAnswer.Json(StatusCodes.Status200OK, $"{json[..^1]},\"deep\":{new string('[', (int)Size)}{new string(']', (int)Size)}}}")
            : new WireAnswer(StatusCodes.Status200OK, Steps(answer, $"{json[..^1]},", asked.UtcNow)) { EndsTask = false };
    }

    public override void Check()
    {
        if (Size < 1 || (Shape == HugeShape.Depth && Size > 1_000_000))
            throw new ArgumentException("'size' is at least 1; of 'depth' at most 1000000.");
    }

    private ImmutableArray<WireStep> Steps(RawAnswer answer, string start, DateTimeOffset date)
    {
        var (opening, count, closing) = Shape == HugeShape.Keys
            ? (start, (Size + KeysInABlock - 1) / KeysInABlock, "\"last\":0}")
            : ($"{start}\"padding\":\"", (Size + BlockSize - 1) / BlockSize, "\"}");
        // Each key is as long as any other, so that the length is known without making them.
        var length = opening.Length + (count * (Shape == HugeShape.Keys ? Keys(0) : Padding).Length) + closing.Length;
        var padding = Framed(Padding);
        return
        [
            new WireStep.Bytes(RawHead.Of(answer, date, Line(length))),
            new WireStep.Bytes(Framed(Encoding.UTF8.GetBytes(opening))),
            new WireStep.Blocks(count, index => Shape == HugeShape.Keys ? Framed(Keys(index)) : padding),
            new WireStep.Bytes(Framed(Encoding.UTF8.GetBytes(closing))),
            new WireStep.Bytes(Framing == HugeFraming.Chunked ? "0\r\n\r\n"u8.ToArray() : default),
        ];
    }

    private static readonly byte[] Padding = [.. Enumerable.Repeat((byte)'x', BlockSize)];

    private static byte[] Keys(long block)
    {
        var first = block * KeysInABlock;
        return Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, KeysInABlock).Select(key => $"\"k{first + key:D12}\":0,")));
    }

    private string Line(long length) => Framing switch
    {
        HugeFraming.Length => RawHead.Length(length),
        HugeFraming.Chunked => "Transfer-Encoding: chunked",
        HugeFraming.None => "Connection: close",
        _ => throw new InvalidOperationException($"{Framing}"),
    };

    private ReadOnlyMemory<byte> Framed(byte[] bytes) => Framing == HugeFraming.Chunked
        ? (byte[])[.. Encoding.ASCII.GetBytes($"{bytes.Length:X}\r\n"), .. bytes, (byte)'\r', (byte)'\n']
        : bytes;
}

internal enum HugeShape
{
    /// <summary>One very long text.</summary>
    Padding,

    /// <summary>Very many members.</summary>
    Keys,

    /// <summary>Arrays within arrays.</summary>
    Depth,
}

internal enum HugeFraming
{
    /// <summary>The length is said first.</summary>
    Length,
    Chunked,

    /// <summary>It ends with the connection.</summary>
    None,
}
