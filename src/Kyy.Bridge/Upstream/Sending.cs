using System.Runtime.CompilerServices;

namespace Kyy.Bridge.Upstream;

/// <summary>
/// How often one poll goes out over HTTP/1.1. The framework repeats a request whose connection closes before any answer, up to three
/// times, and has no setting for it; an upstream that accepts and closes would see four polls of a task at once. Here it is once, and
/// only where the connection was kept from an earlier request and may have been closed long ago.
/// </summary>
internal sealed class Sending
{
    private static readonly AsyncLocal<Sending?> _current = new();

    private bool _mayGoOut = true;

    private Sending()
    {
    }

    /// <summary>How often it went out.</summary>
    public int Times { get; private set; }

    /// <summary>Begins the one of this asynchronous flow, in which the handler writes the request.</summary>
    public static Sending Begin() => _current.Value = new();

    /// <summary>A connection on which that is observed.</summary>
    public static Stream Over(Stream connection) => new Connection(connection);

    private void GoOut(bool isFresh)
    {
        // Not an IOException, which would be repeated.
        if (!_mayGoOut) throw new InvalidOperationException("The request was sent already.");
        Times++;
        _mayGoOut = !isFresh && Times == 1;
    }

    private sealed class Connection(Stream inner) : Stream
    {
        // Requests follow one another: what is written after something was read is the next one.
        private bool _isFresh = true, _isIdle = true;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        // Of nothing the handler reads to wait for the next answer.
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            buffer.IsEmpty ? inner.ReadAsync(buffer, cancellationToken) : ReadSomeAsync(buffer, cancellationToken);

        // There are few connections and many reads.
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private async ValueTask<int> ReadSomeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            _isIdle |= read > 0;
            return read;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_isIdle) _current.Value?.GoOut(_isFresh);
            (_isIdle, _isFresh) = (false, false);
            return inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        // Nothing of ours is synchronous.
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
