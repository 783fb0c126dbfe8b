namespace Kyy.Bridge.Tests.Support;

/// <summary>
/// A clock that stands still until a test moves it. Timers fire inside <see cref="Advance"/>, on the caller's thread, in the order
/// in which they are due and with the clock at their due time; timers that are armed meanwhile fire too, if they come due.
/// </summary>
public sealed class ManualTime(DateTimeOffset? start = null) : TimeProvider
{
    /// <summary>An arbitrary moment; a test that cares about the date passes its own.</summary>
    public static readonly DateTimeOffset DefaultStart = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly SortedSet<ManualTimer> _armed = new(ManualTimer.ByDueTime);
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private DateTimeOffset _wallClockAtZero = start ?? DefaultStart;
    private TimeSpan _elapsed;
    private long _arming;

    /// <summary>A tick of the monotonic clock is a tick of <see cref="TimeSpan"/>, so that no duration is rounded.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers are armed, delays and time-outs included.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate) return _armed.Count;
        }
    }

    public override long GetTimestamp()
    {
        lock (_gate) return _elapsed.Ticks;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _wallClockAtZero + _elapsed;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves both clocks on, firing what comes due.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan end;
        lock (_gate) end = _elapsed + by;
        while (TakeDue(end) is { } timer) timer.Fire();
    }

    /// <summary>Sets the wall clock forward or back without any time passing, as an operator or NTP does.</summary>
    public void ShiftWallClock(TimeSpan by)
    {
        lock (_gate) _wallClockAtZero += by;
    }

    /// <summary>
    /// Waits, in real time, until so many timers are armed: the code under test is then asleep, and <see cref="Advance"/> wakes it.
    /// Without this a test that advances first moves the clock under code that has not read it yet, and hangs.
    /// </summary>
    /// <exception cref="TimeoutException">Fewer were armed within the time-out, by default 10 s.</exception>
    public async Task WaitForTimersAsync(int count, TimeSpan? timeout = null)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Add((count, reached));
            SignalArmed();
        }

        await reached.Task.WaitAsync(timeout ?? TimeSpan.FromSeconds(10));
    }

    private ManualTimer? TakeDue(TimeSpan end)
    {
        lock (_gate)
        {
            if (_armed.Min is not { } next || next.Due > end)
            {
                // A callback may have advanced the clock further still.
                _elapsed = _elapsed > end ? _elapsed : end;
                return null;
            }

            _armed.Remove(next);
            _elapsed = _elapsed > next.Due ? _elapsed : next.Due;
            if (next.Period > TimeSpan.Zero) Arm(next, next.Period);
            return next;
        }
    }

    private void Arm(ManualTimer timer, TimeSpan dueTime)
    {
        timer.Due = _elapsed + dueTime;
        timer.Arming = ++_arming;
        _armed.Add(timer);
        SignalArmed();
    }

    private void SignalArmed()
    {
        foreach (var (count, reached) in _waiting)
        {
            if (_armed.Count >= count) reached.TrySetResult();
        }

        _waiting.RemoveAll(waiting => waiting.Reached.Task.IsCompleted);
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        /// <summary>Those due at the same time fire in the order in which they were armed.</summary>
        public static readonly IComparer<ManualTimer> ByDueTime =
            Comparer<ManualTimer>.Create((a, b) => (a.Due, a.Arming).CompareTo((b.Due, b.Arming)));

        private readonly ExecutionContext? _context = ExecutionContext.Capture();
        private bool _disposed;

        public TimeSpan Due { get; set; }

        public long Arming { get; set; }

        public TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
            ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);
            lock (time._gate)
            {
                if (_disposed) return false;
                time._armed.Remove(this);
                Period = period;
                if (dueTime != Timeout.InfiniteTimeSpan) time.Arm(this, dueTime);
                return true;
            }
        }

        /// <summary>In the context in which the timer was made, as the system's timers do: activities and the like flow.</summary>
        public void Fire()
        {
            if (_context is null) callback(state);
            else ExecutionContext.Run(_context, _ => callback(state), null);
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                _disposed = true;
                time._armed.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
