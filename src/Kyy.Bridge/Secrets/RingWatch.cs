using Kyy.Bridge.Http;

namespace Kyy.Bridge.Secrets;

/// <summary>Takes up a new key of the ring within seconds: what this process encrypts by the former one would stay behind a rotation.</summary>
internal sealed partial class RingWatch(KeyRing ring, KeyRingStore store, TimeProvider time, ILogger<RingWatch> logger) : BackgroundService
{
    /// <summary>How long a process may go on with the former key.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var known = 0;
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var newest = await store.NewestAsync(stoppingToken);
                if (newest == known) continue;
                ring.Refresh();
                if (known > 0) LogTaken(logger);
                known = newest;
            }
            catch (Exception outage) when (DatabaseOutage.Explains(outage) || outage is Npgsql.PostgresException)
            {
                // The requests tell of an outage. A table that is not there yet is the migration's to make.
            }
        }
    }

    [LoggerMessage(3402, LogLevel.Information, "A new key of the key ring is in use")]
    private static partial void LogTaken(ILogger logger);
}
