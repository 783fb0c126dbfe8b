using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Tests.Scheduling;

/// <summary>An engine at work, until it is stopped or the test ends.</summary>
internal sealed class EngineRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _run;

    public EngineRun(IEngine engine, params IRecurringWork[] works) => _run = Task.Run(() => engine.RunAsync(works, _stopping.Token));

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _run.WaitAsync(Patience, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }
}
