using System.Globalization;
using Hangfire.PostgreSql;
using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Scheduling.HangfireAdapter;

/// <summary>Hangfire's tables, by the scripts that its package for PostgreSQL brings.</summary>
internal sealed class HangfireSchema(NpgsqlDataSource dataSource) : IFurtherSchema
{
    private const string Scripts = "Hangfire.PostgreSql.Scripts.Install.v", Ending = ".sql";

    private const string VersionSql = "select max(version) from hangfire.schema";

    private static readonly int Newest = (
        from name in typeof(PostgreSqlStorage).Assembly.GetManifestResourceNames()
        where name.StartsWith(Scripts, StringComparison.Ordinal) && name.EndsWith(Ending, StringComparison.Ordinal)
        select int.Parse(name[Scripts.Length..^Ending.Length], CultureInfo.InvariantCulture)).Max();

    public async Task ApplyAsync(CancellationToken cancellation)
    {
        if (await PendingAsync(cancellation) is []) return;
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using var unlimited = new NpgsqlCommand("set statement_timeout = 0", connection);
        await unlimited.ExecuteNonQueryAsync(cancellation);
        PostgreSqlObjectsInstaller.Install(connection, HangfireStorage.Schema);
    }

    public async Task<IReadOnlyList<string>> PendingAsync(CancellationToken cancellation)
    {
        try
        {
            await using var command = dataSource.CreateCommand(VersionSql);
            return await command.ExecuteScalarAsync(cancellation) is int version && version >= Newest ? [] : [Wanted];
        }
        catch (PostgresException missing) when (missing.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return [Wanted];
        }
    }

    private static string Wanted => string.Create(CultureInfo.InvariantCulture, $"hangfire_v{Newest}");
}
