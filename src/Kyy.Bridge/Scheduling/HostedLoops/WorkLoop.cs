namespace Kyy.Bridge.Scheduling.HostedLoops;

/// <summary>Runs one work until it is stopped: at each due time, at the latest after its cadence. A run that fails is logged, and the next one comes.</summary>
internal sealed partial class WorkLoop(IRecurringWork work, Liveness liveness, TimeProvider time, ILogger<WorkLoop> logger)
{
    // A failing run must not turn into a busy loop, nor keep what is due waiting for long.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stopping)
    {
        using var beat = liveness.Watch(work.Name);
        while (!stopping.IsCancellationRequested)
        {
            beat.Beat();
            var wait = await RunOnceAsync(stopping);
            try
            {
                await work.Wake.WaitAsync(wait, time, stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        try
        {
            var run = await work.RunOnceAsync(stopping);
            return run.NextIn is { } next && next < work.Cadence ? next : work.Cadence;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return TimeSpan.Zero;
        }
        catch (Exception exception)
        {
            LogFailed(logger, work.Name, exception);
            return AfterFailure;
        }
    }

    [LoggerMessage(1201, LogLevel.Error, "A run of {Work} failed; the next one comes in a second")]
    private static partial void LogFailed(ILogger logger, string work, Exception exception);
}
