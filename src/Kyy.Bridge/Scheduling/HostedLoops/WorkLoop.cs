using Kyy.Bridge.Http;

namespace Kyy.Bridge.Scheduling.HostedLoops;

/// <summary>Runs one work until it is stopped: at each due time, at the latest after its cadence. A run that fails is logged, and the next one comes.</summary>
internal sealed partial class WorkLoop(IRecurringWork work, Liveness liveness, TimeProvider time, ILogger<WorkLoop> logger)
{
    // A failing run must not turn into a busy loop, nor keep what is due waiting for long.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    // A loop that rests for long says so now and then, lest it be taken for hung.
    private static readonly TimeSpan BetweenBeats = TimeSpan.FromSeconds(30);

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                liveness.Beat(work.Name);
                await RestAsync(await RunOnceAsync(stopping), stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end that was asked for.
        }
        finally
        {
            liveness.End(work.Name);
        }
    }

    private async Task RestAsync(TimeSpan rest, CancellationToken stopping)
    {
        var started = time.GetTimestamp();
        while (rest - time.GetElapsedTime(started) is { Ticks: > 0 } left)
        {
            if (await work.Wake.WaitAsync(left < BetweenBeats ? left : BetweenBeats, time, stopping)) return;
            liveness.Beat(work.Name);
        }
    }

    private async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        try
        {
            var run = await work.RunOnceAsync(stopping);
            return run.NextIn is { } next && next < work.Cadence ? next : work.Cadence;
        }
        // Not only while it runs: what a stop breaks off may fail in words of its own, and must not keep the others from draining.
        catch (Exception exception) when (exception is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            LogFailed(logger, work.Name, exception);
            return AfterFailure;
        }
    }

    [LoggerMessage(1201, LogLevel.Error, "A run of {Work} failed; the next one comes in a second")]
    private static partial void LogFailed(ILogger logger, string work, Exception exception);
}
