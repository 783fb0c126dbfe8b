using System.Threading.Channels;
using Kyy.Bridge.Http;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Scheduling.HostedLoops;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Kyy.Bridge.Tests.Scheduling;

public sealed class WorkLoopTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ScriptedWork _work = new();
    private readonly RecordingLogger _log = new();
    private readonly Liveness _liveness;

    public WorkLoopTests() => _liveness = new(_time);

    [Fact]
    public async Task It_runs_at_once_and_again_when_the_run_says_that_more_is_due()
    {
        _work.Next = () => new WorkRun(1, 3 * Second);
        var loop = RunAsync();
        await _work.RanAsync();

        await RestAsync();
        _time.Advance(3 * Second - TimeSpan.FromTicks(1));
        _work.Runs.ShouldBe(1);
        _time.Advance(TimeSpan.FromTicks(1));

        await _work.RanAsync();
        await StopAsync(loop);
    }

    [Fact]
    public async Task It_runs_at_the_latest_after_its_cadence()
    {
        _work.Next = () => new WorkRun(0, TimeSpan.FromDays(1));
        var loop = RunAsync();
        await _work.RanAsync();

        await RestAsync();
        _time.Advance(_work.Cadence);

        await _work.RanAsync();
        await StopAsync(loop);
    }

    [Fact]
    public async Task A_signal_ends_its_rest()
    {
        var loop = RunAsync();
        await _work.RanAsync();
        await RestAsync();

        _work.Wake.Raise();

        await _work.RanAsync();
        await StopAsync(loop);
    }

    [Fact]
    public async Task A_run_that_fails_is_logged_and_the_next_one_comes_in_a_second()
    {
        _work.Next = () => _work.Runs == 1 ? throw new InvalidOperationException("no") : new WorkRun(0);
        var loop = RunAsync();
        await _work.RanAsync();

        await RestAsync();
        _log.Failures.ShouldHaveSingleItem().Message.ShouldBe("no");
        _time.Advance(Second);

        await _work.RanAsync();
        await StopAsync(loop);
    }

    [Fact]
    public async Task A_run_that_fails_because_it_is_stopped_is_the_end_and_no_failure_of_the_loop()
    {
        // Some ways to the database answer a cancellation with an exception of their own.
        _work.Next = () =>
        {
            _stop.Cancel();
            throw new InvalidOperationException("broken off");
        };

        await RunAsync().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        _work.Runs.ShouldBe(1);
        _liveness.Hung().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_loop_that_rests_for_long_is_not_taken_for_hung()
    {
        _work.Cadence = TimeSpan.FromHours(1);
        var loop = RunAsync();
        await _work.RanAsync();

        for (var rested = TimeSpan.Zero; rested < TimeSpan.FromMinutes(5); rested += 30 * Second)
        {
            await RestAsync();
            _time.Advance(30 * Second);
            await RestAsync();
            _liveness.Hung().ShouldBeEmpty();
        }

        _work.Runs.ShouldBe(1);
        await StopAsync(loop);
    }

    [Fact]
    public async Task A_loop_that_has_ended_is_not_taken_for_hung()
    {
        var loop = RunAsync();
        await _work.RanAsync();
        await RestAsync();
        await StopAsync(loop);

        _time.Advance(TimeSpan.FromHours(1));

        _liveness.Hung().ShouldBeEmpty();
    }

    public void Dispose()
    {
        _stop.Dispose();
        _work.Wake.Dispose();
    }

    private Task RunAsync() => Task.Run(() => new WorkLoop(_work, _liveness, _time, _log).RunAsync(_stop.Token));

    private Task RestAsync() => _time.WaitForTimersAsync(1);

    private async Task StopAsync(Task loop)
    {
        await _stop.CancelAsync();
        await loop.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    private sealed class ScriptedWork : IRecurringWork
    {
        private readonly Channel<int> _ran = Channel.CreateUnbounded<int>();
        private int _runs;

        public string Name => "test";

        public TimeSpan Cadence { get; set; } = 10 * Second;

        public WakeSignal Wake { get; } = new();

        public int Runs => Volatile.Read(ref _runs);

        public Func<WorkRun> Next { get; set; } = () => new WorkRun(0);

        public Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
        {
            _ran.Writer.TryWrite(Interlocked.Increment(ref _runs));
            return Task.FromResult(Next());
        }

        public async Task RanAsync() =>
            await _ran.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
    }

    private sealed class RecordingLogger : ILogger<WorkLoop>
    {
        public List<Exception> Failures { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is not null) Failures.Add(exception);
        }
    }
}
