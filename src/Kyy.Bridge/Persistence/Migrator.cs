using Kyy.Bridge.Persistence.Migrations;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kyy.Bridge.Persistence;

/// <summary>
/// Brings the database to this version's schema. A session advisory lock on a connection of its own lets replicas that start
/// together do it once; EF's <c>Migrate</c> refuses to run inside a transaction of the caller's, so a transaction lock cannot.
/// </summary>
internal sealed partial class Migrator(
    NpgsqlDataSource dataSource, IDbContextFactory<BridgeDbContext> contexts, IEnumerable<IFurtherSchema> further, ILogger<Migrator> logger)
{
    // Any number, as long as no other program takes the same one in this database.
    private const long Lock = 0x6b79_795f_6272_6964;

    /// <summary>Applies what is missing, then runs <paramref name="firstSteps"/> under the same lock.</summary>
    public async Task MigrateAsync(Func<CancellationToken, Task>? firstSteps, CancellationToken cancellation)
    {
        await using var held = await dataSource.OpenConnectionAsync(cancellation);
        await LockAsync(held, cancellation);
        try
        {
            await ApplyAsync(cancellation);
            foreach (var schema in further) await schema.ApplyAsync(cancellation);
            if (firstSteps is not null) await firstSteps(cancellation);
        }
        finally
        {
            // Not left to the connection's end: it goes back to a pool, which would keep the lock.
            await using var unlock = new NpgsqlCommand("select pg_advisory_unlock($1)", held) { Parameters = { new() { Value = Lock } } };
            await unlock.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    /// <summary>The migrations that this version knows and the database lacks.</summary>
    public async Task<IReadOnlyList<string>> PendingAsync(CancellationToken cancellation)
    {
        List<string> pending = [.. await KnownMigrations.PendingAsync(dataSource, cancellation)];
        foreach (var schema in further) pending.AddRange(await schema.PendingAsync(cancellation));
        return pending;
    }

    private static async Task LockAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // No time-outs: another replica may be in the middle of a long migration.
        await using var batch = new NpgsqlBatch(connection)
        {
            Timeout = 0,
            BatchCommands =
            {
                new("set statement_timeout = 0"),
                new("set lock_timeout = 0"),
                new("select pg_advisory_lock($1)") { Parameters = { new() { Value = Lock } } },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private async Task ApplyAsync(CancellationToken cancellation)
    {
        var pending = await KnownMigrations.PendingAsync(dataSource, cancellation);
        if (pending is []) return;

        await using var context = await contexts.CreateDbContextAsync(cancellation);
        // A migration may take long; on the connection that it opened EF stays, and the pool takes the setting back.
        context.Database.SetCommandTimeout(TimeSpan.FromHours(1));
        await context.Database.OpenConnectionAsync(cancellation);
        await context.Database.ExecuteSqlRawAsync("set statement_timeout = 0", cancellation);
        await context.Database.MigrateAsync(cancellation);
        LogMigrated(logger, string.Join(", ", pending));
    }

    [LoggerMessage(1001, LogLevel.Information, "The database was brought up to date: {Migrations}")]
    private static partial void LogMigrated(ILogger logger, string migrations);
}
