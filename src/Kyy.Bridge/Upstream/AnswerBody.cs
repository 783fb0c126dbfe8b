using System.Buffers;

namespace Kyy.Bridge.Upstream;

/// <summary>Takes a body as it comes. It begins small, since documented answers have about 200 bytes, and grows to the cap.</summary>
internal sealed class AnswerBody : IDisposable
{
    // One byte more than is ever read, so that the reader can tell an answer that is too long.
    private const int UsualBytes = 1024, MostBytes = UpstreamBodyReader.MaxBytes + 1;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(UsualBytes);
    private int _length;

    /// <summary>What has come so far; gone when this is disposed.</summary>
    public ReadOnlyMemory<byte> Content => _bytes.AsMemory(0, _length);

    /// <summary>Where what comes next may be put; empty where nothing more is of interest.</summary>
    public Memory<byte> Room()
    {
        if (_length == _bytes.Length && _length < MostBytes) Grow();
        return _bytes.AsMemory(_length..Math.Min(_bytes.Length, MostBytes));
    }

    /// <summary>Keeps what was put into the room.</summary>
    public void Take(int bytes) => _length += bytes;

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(4 * _bytes.Length, MostBytes));
        _bytes.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
