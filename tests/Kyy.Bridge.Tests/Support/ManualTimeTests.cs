namespace Kyy.Bridge.Tests.Support;

public sealed class ManualTimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ManualTime _time = new();

    [Fact]
    public void Advance_MovesBothClocksAlike()
    {
        var timestamp = _time.GetTimestamp();

        _time.Advance(TimeSpan.FromMilliseconds(1500));

        _time.GetElapsedTime(timestamp).ShouldBe(TimeSpan.FromMilliseconds(1500));
        _time.GetUtcNow().ShouldBe(ManualTime.DefaultStart.AddMilliseconds(1500));
    }

    [Fact]
    public void ShiftWallClock_LeavesTheMonotonicClockAndTimersAlone()
    {
        var fired = 0;
        using var timer = _time.CreateTimer(_ => fired++, null, Second, Timeout.InfiniteTimeSpan);

        _time.ShiftWallClock(TimeSpan.FromHours(-1));

        _time.GetTimestamp().ShouldBe(0);
        _time.GetUtcNow().ShouldBe(ManualTime.DefaultStart.AddHours(-1));
        fired.ShouldBe(0);
        _time.Advance(Second);
        fired.ShouldBe(1);
    }

    [Fact]
    public void Timers_FireInOrderOfDueTime_WithTheClockAtIt()
    {
        var fired = new List<(string Name, TimeSpan At)>();
        using var late = Timer("late", 3 * Second, fired);
        using var early = Timer("early", Second, fired);
        using var asEarly = Timer("as early, armed later", Second, fired);

        _time.Advance(5 * Second);

        fired.ShouldBe([("early", Second), ("as early, armed later", Second), ("late", 3 * Second)]);
    }

    [Fact]
    public void Timer_NotYetDue_DoesNotFire()
    {
        var fired = new List<(string, TimeSpan)>();
        using var timer = Timer("it", Second, fired);

        _time.Advance(Second - TimeSpan.FromTicks(1));

        fired.ShouldBeEmpty();
    }

    [Fact]
    public void PeriodicTimer_FiresOncePerPeriod()
    {
        var at = new List<TimeSpan>();
        using var timer = _time.CreateTimer(_ => at.Add(Elapsed), null, TimeSpan.Zero, Second);

        _time.Advance(2.5 * Second);

        at.ShouldBe([TimeSpan.Zero, Second, 2 * Second]);
    }

    [Fact]
    public void Timer_Disposed_NeverFires_AndCannotBeChanged()
    {
        var fired = new List<(string, TimeSpan)>();
        var timer = Timer("it", Second, fired);

        timer.Dispose();

        timer.Change(Second, Second).ShouldBeFalse();
        _time.Advance(5 * Second);
        fired.ShouldBeEmpty();
        _time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task Delay_InALoop_RunsEveryRoundWithinOneAdvance()
    {
        var rounds = new List<TimeSpan>();
        var loop = LoopAsync();

        _time.Advance(3 * Second);
        await loop.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        rounds.ShouldBe([Second, 2 * Second, 3 * Second]);

        async Task LoopAsync()
        {
            while (rounds.Count < 3)
            {
                await Task.Delay(Second, _time, TestContext.Current.CancellationToken);
                rounds.Add(Elapsed);
            }
        }
    }

    [Fact]
    public void CancellationTokenSource_WithThisClock_CancelsOnTime()
    {
        using var source = new CancellationTokenSource(Second, _time);

        _time.Advance(Second);

        source.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task WaitForTimers_ReturnsOnceTheyAreArmed_AndTimesOutOtherwise()
    {
        await Should.ThrowAsync<TimeoutException>(() => _time.WaitForTimersAsync(1, TimeSpan.FromMilliseconds(1)));

        var armed = _time.WaitForTimersAsync(1);
        armed.IsCompleted.ShouldBeFalse();
        using var timer = _time.CreateTimer(_ => { }, null, Second, Timeout.InfiniteTimeSpan);
        await armed;
    }

    private TimeSpan Elapsed => _time.GetElapsedTime(0);

    private ITimer Timer(string name, TimeSpan due, List<(string, TimeSpan)> fired) =>
        _time.CreateTimer(_ => fired.Add((name, Elapsed)), null, due, Timeout.InfiniteTimeSpan);
}
