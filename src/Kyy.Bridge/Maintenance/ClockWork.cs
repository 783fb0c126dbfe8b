using Kyy.Bridge.Persistence;
using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Maintenance;

/// <summary>Reads the database's clock now and then: two monotonic clocks drift apart, and a fail-over may bring another.</summary>
internal sealed class ClockWork(DatabaseClock clock) : IRecurringWork
{
    public string Name => "clock";

    public TimeSpan Cadence { get; } = TimeSpan.FromSeconds(30);

    public WakeSignal Wake { get; } = new();

    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
    {
        await clock.SynchroniseAsync(cancellation);
        return new(1);
    }
}
