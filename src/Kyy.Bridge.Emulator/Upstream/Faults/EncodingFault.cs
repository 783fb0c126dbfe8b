using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>The answer compressed, whether or not that was asked for (E20).</summary>
internal sealed record EncodingFault : AnswerFault
{
    private static readonly ConcurrentDictionary<(ContentCoding, long), byte[]> Bombs = new();

    /// <summary>How it is compressed.</summary>
    public ContentCoding Coding { get; init; } = ContentCoding.Gzip;

    /// <summary>What <c>Content-Encoding</c> says; by default the truth.</summary>
    public string? Label { get; init; }

    /// <summary>Padding that the answer has when it is unpacked; null is none. A bomb: 100 MB are 100 KB on the wire.</summary>
    public long? Bomb { get; init; }

    private string Truth => Coding == ContentCoding.Identity ? "identity" : Coding.ToString().ToLowerInvariant();

    public override IAnswer Of(Asked asked)
    {
        var answer = asked.Ordinary(As);
        var body = Bomb is { } size
            ? Bombs.GetOrAdd((Coding, size), of => PackBomb(of.Item1, of.Item2))
            : Pack(Coding, answer.Body);
        var label = Label ?? Truth;
        // Who has not asked for a coding need not know it.
        var known = Coding == ContentCoding.Identity || asked.AcceptEncoding.Contains(Truth, StringComparison.OrdinalIgnoreCase);
        var ends = answer.EndsTask && Bomb is null && label == Truth && known;
        return (answer with { Body = body, EndsTask = ends }).WithHeader("Content-Encoding", label);
    }

    public override void Check()
    {
        if (Bomb is < 1 || (Bomb is not null && Coding == ContentCoding.Identity))
            throw new ArgumentException("'bomb' needs a size, and a coding.");
    }

    private static byte[] Pack(ContentCoding coding, ReadOnlyMemory<byte> body)
    {
        var packed = new MemoryStream();
        using (var packing = Open(coding, packed)) packing.Write(body.Span);
        return packed.ToArray();
    }

    /// <summary>The same for every task: it is not meant to be read to its end, and takes a while to make.</summary>
    private static byte[] PackBomb(ContentCoding coding, long size)
    {
        var packed = new MemoryStream();
        using (var packing = Open(coding, packed))
        {
            packing.Write("""{"padding":"""u8);
            packing.WriteByte((byte)'"');
            var block = Encoding.ASCII.GetBytes(new string('0', 64 * 1024));
            for (var left = size; left > 0; left -= block.Length) packing.Write(block.AsSpan(0, (int)Math.Min(left, block.Length)));
            packing.Write("\"}"u8);
        }

        return packed.ToArray();
    }

    private static Stream Open(ContentCoding coding, Stream packed) => coding switch
    {
        ContentCoding.Gzip => new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true),
        // What HTTP calls deflate is the format with zlib's header.
        ContentCoding.Deflate => new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true),
        ContentCoding.Br => new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true),
        ContentCoding.Identity => new BufferedStream(packed),
        _ => throw new ArgumentOutOfRangeException(nameof(coding), coding, null),
    };
}

internal enum ContentCoding
{
    Identity,
    Gzip,
    Deflate,
    Br,
}
