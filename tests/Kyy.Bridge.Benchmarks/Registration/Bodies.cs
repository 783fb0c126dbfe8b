using System.Buffers.Text;
using System.Text;

namespace Kyy.Bridge.Benchmarks.Registration;

/// <summary>Makes the bodies of registrations, each of another task, as bytes: whoever sends them should have little to do.</summary>
/// <param name="withCallback">Whether each names a callback; else an endpoint gets the events.</param>
internal sealed class Bodies(bool withCallback)
{
    private const int Digits = 16;
    private static readonly byte[] Head = "{\"task_id\":\"video_"u8.ToArray();
    private static int _made;

    private readonly byte[] _rest = Encoding.UTF8.GetBytes(
        "\",\"family\":\"veo\"" + (withCallback ? ",\"callback_url\":\"http://127.0.0.1:9/hooks/videos\"" : "") + "}");

    /// <summary>The body of one registration.</summary>
    public byte[] Single()
    {
        var body = new byte[Head.Length + Digits + _rest.Length];
        Write(body);
        return body;
    }

    /// <summary>The body of a batch.</summary>
    public byte[] Batch(int items)
    {
        var head = "{\"tasks\":["u8;
        var length = Head.Length + Digits + _rest.Length + 1;
        var body = new byte[head.Length + items * length + 1];
        head.CopyTo(body);
        for (var i = 0; i < items; i++)
        {
            var item = body.AsSpan(head.Length + i * length, length);
            Write(item);
            item[^1] = (byte)',';
        }

        // In the place of the last comma.
        "]}"u8.CopyTo(body.AsSpan(^2));
        return body;
    }

    private void Write(Span<byte> to)
    {
        Head.CopyTo(to);
        Utf8Formatter.TryFormat(Scattered(Interlocked.Increment(ref _made)), to[Head.Length..], out _, new('x', Digits));
        _rest.CopyTo(to[(Head.Length + Digits)..]);
    }

    // Never the same twice, and in no order, as the upstream's ids are: an index takes what is sorted more easily. SplitMix64.
    private static ulong Scattered(int number)
    {
        var mixed = (ulong)number * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
