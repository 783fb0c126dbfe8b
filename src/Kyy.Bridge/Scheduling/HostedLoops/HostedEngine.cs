using Kyy.Bridge.Http;

namespace Kyy.Bridge.Scheduling.HostedLoops;

/// <summary>Runs every work in a loop of this process, with nothing besides.</summary>
internal sealed class HostedEngine(Liveness liveness, TimeProvider time, ILogger<WorkLoop> logger) : IEngine
{
    public Task RunAsync(IReadOnlyCollection<IRecurringWork> works, CancellationToken stopping) => Task.WhenAll(
        works.Select(work => Task.Run(() => new WorkLoop(work, liveness, time, logger).RunAsync(stopping), CancellationToken.None)));
}
