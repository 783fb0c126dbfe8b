using Npgsql;

namespace Kyy.Bridge.Persistence.Migrations;

/// <summary>
/// The migrations of this version, in their order, and the look for those that a database lacks. EF would find both out by itself, for a
/// quarter of the time that a start takes, most of which goes into making a model that nothing else on the way needs.
/// </summary>
internal static class KnownMigrations
{
    public static readonly IReadOnlyList<string> Ids =
        ["0001_initial_schema", "0002_upstream_budgets", "0003_public_surface", "0004_upkeep", "0005_cascades_by_trigger"];

    private const string AppliedSql = $"""
        select "MigrationId" from {BridgeDbContext.Schema}.{BridgeDbContext.MigrationsTable}
        """;

    /// <summary>Those that are missing.</summary>
    public static async Task<IReadOnlyList<string>> PendingAsync(NpgsqlDataSource dataSource, CancellationToken cancellation)
    {
        var applied = await AppliedAsync(dataSource, cancellation);
        return [.. Ids.Where(id => !applied.Contains(id))];
    }

    private static async Task<IReadOnlyCollection<string>> AppliedAsync(NpgsqlDataSource dataSource, CancellationToken cancellation)
    {
        try
        {
            await using var command = dataSource.CreateCommand(AppliedSql);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            var applied = new HashSet<string>(StringComparer.Ordinal);
            while (await reader.ReadAsync(cancellation)) applied.Add(reader.GetString(0));
            return applied;
        }
        catch (PostgresException missing) when (missing.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return [];
        }
    }
}
