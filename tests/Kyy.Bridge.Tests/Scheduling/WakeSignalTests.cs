using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Scheduling;

public sealed class WakeSignalTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly ManualTime _time = new();
    private readonly WakeSignal _signal = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_waiting_loop_is_woken()
    {
        var waiting = _signal.WaitAsync(Limit, _time, Cancellation);
        waiting.IsCompleted.ShouldBeFalse();

        _signal.Raise();

        (await waiting).ShouldBeTrue();
    }

    [Fact]
    public async Task Raised_while_nobody_waits_it_wakes_the_next_wait_and_only_that_one()
    {
        _signal.Raise();
        _signal.Raise();

        (await _signal.WaitAsync(Limit, _time, Cancellation)).ShouldBeTrue();
        var next = _signal.WaitAsync(Limit, _time, Cancellation);
        _time.Advance(Limit);
        (await next).ShouldBeFalse();
    }

    [Fact]
    public async Task Without_a_signal_the_wait_ends_at_its_limit_and_not_before()
    {
        var waiting = _signal.WaitAsync(Limit, _time, Cancellation);

        _time.Advance(Limit - TimeSpan.FromTicks(1));
        waiting.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromTicks(1));

        (await waiting).ShouldBeFalse();
        _time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_says_so()
    {
        using var stop = new CancellationTokenSource();
        var waiting = _signal.WaitAsync(Limit, _time, stop.Token);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(waiting);
    }

    [Fact]
    public async Task A_signal_after_a_wait_that_timed_out_is_kept_for_the_next()
    {
        var missed = _signal.WaitAsync(Limit, _time, Cancellation);
        _time.Advance(Limit);
        (await missed).ShouldBeFalse();

        _signal.Raise();

        (await _signal.WaitAsync(Limit, _time, Cancellation)).ShouldBeTrue();
    }

    public void Dispose() => _signal.Dispose();
}
