using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Scheduling;

/// <summary>Does what a test says, and notes when.</summary>
internal sealed class CountingWork(TimeSpan cadence) : IRecurringWork
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _begins = [];
    private readonly long _made = TimeProvider.System.GetTimestamp();
    private int _atOnce;

    public string Name { get; init; } = "test";

    public TimeSpan Cadence { get; } = cadence;

    public WakeSignal Wake { get; } = new();

    /// <summary>The body of the run of that number.</summary>
    public Func<int, Task> OnRun { get; init; } = _ => Task.CompletedTask;

    public int MostAtOnce { get; private set; }

    /// <summary>When each run began, counted from the making of this object.</summary>
    public IReadOnlyList<TimeSpan> Begins
    {
        get
        {
            lock (_lock) return [.. _begins];
        }
    }

    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
    {
        var run = Begin();
        try
        {
            await OnRun(run);
            return new(1);
        }
        finally
        {
            lock (_lock) _atOnce--;
        }
    }

    /// <summary>Returns when it has been run so often.</summary>
    public Task RanAsync(int times) => Wait.UntilAsync(
        () => Task.FromResult(Begins.Count >= times), $"{Name} has run {times} times", Patience);

    /// <summary>Returns when it has not been run for so long.</summary>
    public Task RestsAsync(TimeSpan time) => Wait.UntilAsync(
        () => Task.FromResult(TimeProvider.System.GetElapsedTime(_made) - Begins[^1] > time), $"{Name} rests", Patience);

    private int Begin()
    {
        lock (_lock)
        {
            _begins.Add(TimeProvider.System.GetElapsedTime(_made));
            MostAtOnce = Math.Max(MostAtOnce, ++_atOnce);
            return _begins.Count;
        }
    }
}
