namespace Kyy.Bridge.Scheduling;

/// <summary>Counts what has been begun and not ended, so that a stopping process can wait for it.</summary>
internal sealed class InFlight
{
    private readonly Lock _lock = new();
    private int _count;
    private TaskCompletionSource? _empty;

    /// <summary>How much has been begun and not ended.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Runs <paramref name="work"/> without being waited for. The work handles its own failures.</summary>
    public void Begin(Func<Task> work) => Begin(work, static work => work());

    /// <summary>Likewise, for work on <paramref name="what"/>.</summary>
    public void Begin<T>(T what, Func<T, Task> work)
    {
        lock (_lock) _count++;
        _ = RunAsync(what, work);
    }

    /// <summary>Returns when nothing is in flight.</summary>
    public Task WhenEmptyAsync()
    {
        lock (_lock)
        {
            if (_count == 0) return Task.CompletedTask;
            _empty ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _empty.Task;
        }
    }

    private async Task RunAsync<T>(T what, Func<T, Task> work)
    {
        try
        {
            await work(what);
        }
        finally
        {
            lock (_lock)
            {
                if (--_count == 0)
                {
                    _empty?.TrySetResult();
                    _empty = null;
                }
            }
        }
    }
}
