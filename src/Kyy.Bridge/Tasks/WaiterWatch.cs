namespace Kyy.Bridge.Tasks;

/// <summary>Keeps this process's waiting callers informed of ends that other replicas record.</summary>
internal sealed partial class WaiterWatch(TaskWaiters waiters, ILogger<WaiterWatch> logger) : BackgroundService
{
    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        waiters.WatchAsync(exception => LogFailed(logger, exception), stoppingToken);

    [LoggerMessage(1501, LogLevel.Warning, "The ends that waiting callers are waiting for could not be read; the next look comes at once")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
