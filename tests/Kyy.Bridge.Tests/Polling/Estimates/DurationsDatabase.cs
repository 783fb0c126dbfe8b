using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling.Estimates;
using Kyy.Bridge.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kyy.Bridge.Tests.Polling.Estimates;

/// <summary>A database with the histograms that a test fills.</summary>
internal sealed class DurationsDatabase : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private DurationsDatabase(TestDatabase database) => (_database, Contexts) = (database, Make.Contexts(database.DataSource));

    public NpgsqlDataSource DataSource => _database.DataSource;

    public IDbContextFactory<BridgeDbContext> Contexts { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<DurationsDatabase> CreateAsync(PostgresServer server) => new(await server.CreateDatabaseAsync());

    /// <summary>Durations that are spread evenly over a range, each seen between two polls that are ten seconds apart.</summary>
    public static IEnumerable<ObservedDuration> Seen(string model, int count, double shortest, double longest, string tier = "default") =>
        from i in Enumerable.Range(0, count)
        let duration = TimeSpan.FromSeconds(shortest + (longest - shortest) * (i + 0.5) / count)
        select new ObservedDuration(model, tier, duration - TimeSpan.FromSeconds(5), duration + TimeSpan.FromSeconds(5));

    public Task WriteAsync(string model, int count, double from = 60, double to = 100, string tier = "default") =>
        RecordDurations.WriteAsync(DataSource, Seen(model, count, from, to, tier));

    public async Task<List<ModelDurations>> RowsAsync()
    {
        await using var db = await Contexts.CreateDbContextAsync(Cancellation);
        return await db.ModelDurations.AsNoTracking().OrderBy(row => row.Model).ThenBy(row => row.Tier).ToListAsync(Cancellation);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
