using System.Threading.Channels;

namespace Kyy.Bridge.Persistence;

/// <summary>
/// Gathers rows that arrive together into one write. It does not wait to gather: what arrives while a write is under way makes
/// the next batch, so that a lone row is written at once and a flood in large batches.
/// </summary>
internal sealed class Batcher<T> : IAsyncDisposable
{
    private readonly int _largest;
    private readonly Func<IReadOnlyList<T>, Task> _write;
    private readonly Channel<Entry> _entries;
    private readonly Task _loop;

    /// <param name="largest">Rows in a write at most.</param>
    /// <param name="write">Writes one batch; what it throws is thrown to whoever added one of the rows.</param>
    public Batcher(int largest, Func<IReadOnlyList<T>, Task> write)
    {
        (_largest, _write) = (largest, write);
        _entries = Channel.CreateBounded<Entry>(new BoundedChannelOptions(largest * 4) { SingleReader = true });
        _loop = Task.Run(WriteAllAsync);
    }

    /// <summary>Adds a row and returns when it has been written and committed.</summary>
    public Task AddAsync(T row, CancellationToken cancellation = default)
    {
        if (cancellation.IsCancellationRequested) return Task.FromCanceled(cancellation);
        var entry = new Entry(row);
        return _entries.Writer.TryWrite(entry) ? entry.Task : AddToFullAsync(entry, cancellation);
    }

    /// <summary>Writes what was added, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        await _loop;
    }

    private async Task AddToFullAsync(Entry entry, CancellationToken cancellation)
    {
        await _entries.Writer.WriteAsync(entry, cancellation);
        // Not given up by the caller's cancellation from here on: the row is being written.
        await entry.Task;
    }

    private async Task WriteAllAsync()
    {
        var batch = new List<Entry>(_largest);
        while (await _entries.Reader.WaitToReadAsync())
        {
            while (batch.Count < _largest && _entries.Reader.TryRead(out var entry)) batch.Add(entry);
            await WriteAsync(batch);
            batch.Clear();
        }
    }

    private async Task WriteAsync(List<Entry> batch)
    {
        try
        {
            await _write(batch.ConvertAll(entry => entry.Row));
            foreach (var entry in batch) entry.TrySetResult();
        }
        catch (Exception exception)
        {
            foreach (var entry in batch) entry.TrySetException(exception);
        }
    }

    // What its adder waits for, and the row: one object.
    private sealed class Entry(T row) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public T Row => row;
    }
}
