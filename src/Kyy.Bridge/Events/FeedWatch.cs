namespace Kyy.Bridge.Events;

/// <summary>Keeps the tail going for this process's streams, and says once an outage that it cannot see.</summary>
internal sealed partial class FeedWatch(FeedTail tail, TimeProvider time, ILogger<FeedWatch> logger) : BackgroundService
{
    private static readonly TimeSpan SayEvery = TimeSpan.FromMinutes(1);

    private long? _said;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => tail.FollowAsync(Say, stoppingToken);

    // Ten looks a second fail in an outage.
    private void Say(Exception outage)
    {
        if (_said is { } at && time.GetElapsedTime(at) < SayEvery) return;
        _said = time.GetTimestamp();
        LogFailed(logger, outage.Message);
    }

    [LoggerMessage(3303, LogLevel.Warning,
        "The event feed could not be read for the streams ({Reason}); looks go on ten times a second, and this is said once a minute")]
    private static partial void LogFailed(ILogger logger, string reason);
}
