namespace Kyy.Bridge.Scheduling.HangfireAdapter;

/// <summary>A work that runs while a shift of it is on. Where none is called it calls for one itself, and rests until it comes.</summary>
/// <remarks>
/// There is one loop of a work in a process, however many shifts overlap: a shift is the time until when it may run. So a run that takes
/// longer than a shift piles nothing up, and none is broken off in the middle of a claim.
/// </remarks>
internal sealed class ShiftedWork(IRecurringWork work, Rota rota, TimeProvider time) : IRecurringWork
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _called = NewSignal();
    private TimeSpan _length;
    private long _since;
    private ShiftTally _tally;

    public string Name => work.Name;

    public TimeSpan Cadence => work.Cadence;

    public WakeSignal Wake => work.Wake;

    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
    {
        await WaitForShiftAsync(cancellation);
        try
        {
            var run = await work.RunOnceAsync(cancellation);
            Count(new(1, run.Done, 0));
            return run;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Count(new(1, 0, 1));
            throw;
        }
    }

    /// <summary>Works a shift, until the next one relieves it, its time is over, or the process stops.</summary>
    public async Task<ShiftReport> WorkShiftAsync(CancellationToken stopping)
    {
        var begun = time.GetTimestamp();
        var (relief, before) = Begin(begun);
        await WaitAsync(relief, Shift.Length, stopping);
        return new(rota.Replica, time.GetElapsedTime(begun), Counted() - before);
    }

    private async Task WaitForShiftAsync(CancellationToken cancellation)
    {
        while (Closed() is { } called)
        {
            await rota.CallMyselfAsync(Name, cancellation);
            await WaitAsync(called, Shift.BetweenOwnCalls, cancellation);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private (Task Relief, ShiftTally Before) Begin(long now)
    {
        lock (_lock)
        {
            (_since, _length) = (now, Shift.Length);
            _called.SetResult();
            _called = NewSignal();
            return (_called.Task, _tally);
        }
    }

    // The call that is waited for, where no shift is on.
    private Task? Closed()
    {
        lock (_lock) return time.GetElapsedTime(_since) < _length ? null : _called.Task;
    }

    private void Count(ShiftTally more)
    {
        lock (_lock) _tally += more;
    }

    private ShiftTally Counted()
    {
        lock (_lock) return _tally;
    }

    private async Task WaitAsync(Task signal, TimeSpan limit, CancellationToken cancellation) =>
        await signal.WaitAsync(limit, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
