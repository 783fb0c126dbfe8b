using Hangfire;
using Hangfire.Common;
using Hangfire.Logging;
using Hangfire.PostgreSql;
using Npgsql;

namespace Kyy.Bridge.Scheduling.HangfireAdapter;

/// <summary>Hangfire's storage in the service's own database and pool, so that <c>Bridge:Database:MaxConnections</c> holds for both.</summary>
internal static class HangfireStorage
{
    public const string Schema = "hangfire";

    /// <summary>How long a job is kept once it has ended; for one that failed, <see cref="SweepJobs"/> sees to it.</summary>
    public static readonly TimeSpan JobsKept = TimeSpan.FromHours(1);

    // A job that its process did not end belongs to somebody else after this long; none takes longer than a shift.
    private static readonly TimeSpan Invisible = 4 * Shift.Length;

    // Idle workers ask this often. Half a second is what a shift may begin late, and thirty queries a second.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500), BetweenExpirations = TimeSpan.FromMinutes(5);

    /// <summary>What every job passes through: the figures of the dashboard. No retries: the next shift is one.</summary>
    public static JobFilterCollection NewFilters() => new() { new StatisticsHistoryAttribute() };

    public static JobStorage Create(IServiceProvider services)
    {
        LogProvider.SetCurrentLogProvider(HangfireLogs.Of(services.GetRequiredService<ILoggerFactory>()));
        // Names without versions: replicas of two versions take up each other's jobs.
        GlobalConfiguration.Configuration.UseSimpleAssemblyNameTypeSerializer().UseTypeResolver(ShiftJobs.Resolve).UseRecommendedSerializerSettings();
        return new PostgreSqlStorage(new PoolOf(services.GetRequiredService<NpgsqlDataSource>()), new()
        {
            SchemaName = Schema,
            // The verb migrate does that, with the rights for it.
            PrepareSchemaIfNecessary = false,
            StartupConnectionMaxRetries = 0,
            QueuePollInterval = BetweenLooks,
            InvisibilityTimeout = Invisible,
            JobExpirationCheckInterval = BetweenExpirations,
        })
        {
            JobExpirationTimeout = JobsKept,
        };
    }

    private sealed class PoolOf(NpgsqlDataSource dataSource) : IConnectionFactory
    {
        public NpgsqlConnection GetOrCreateConnection() => dataSource.CreateConnection();
    }
}
