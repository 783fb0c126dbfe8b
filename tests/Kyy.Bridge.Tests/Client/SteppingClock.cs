namespace Kyy.Bridge.Tests.Client;

/// <summary>A clock that moves when it is told to, or when something waits by it: the wait is over at once, and it is later.</summary>
internal sealed class SteppingClock(DateTimeOffset start) : TimeProvider
{
    private long _passed;

    public TimeSpan Passed => new(Interlocked.Read(ref _passed));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => start + Passed;

    public override long GetTimestamp() => Passed.Ticks;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _passed, by.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Advance(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
