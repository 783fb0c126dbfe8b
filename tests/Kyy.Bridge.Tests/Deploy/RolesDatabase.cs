using Kyy.Bridge.Persistence;
using Kyy.Bridge.Telemetry;
using Kyy.Bridge.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Npgsql;
using Serilog.Core;

namespace Kyy.Bridge.Tests.Deploy;

/// <summary>
/// A database set up as <c>deploy/postgres/roles.sql</c> says: the file, <c>migrate</c> as the migrator, the file again. Roles belong to
/// the whole server, which other tests use at the same time, so that their names are made unique.
/// </summary>
public sealed class RolesDatabase(PostgresServer server) : IAsyncLifetime
{
    private const string Password = "only-for-the-tests";
    private static readonly string[] Roles = ["bridge_migrator", "bridge_service", "bridge_reader"];

    private readonly string _suffix = $"_{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):n}";

    public TestDatabase Database { get; private set; } = null!;

    public NpgsqlDataSource Migrator { get; private set; } = null!;

    public NpgsqlDataSource Service { get; private set; } = null!;

    public NpgsqlDataSource Reader { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await server.CreateDatabaseAsync();
        await ExecuteAsync(Database.DataSource, "drop schema bridge cascade; drop schema if exists hangfire cascade");
        await RunFileAsync();
        foreach (var role in Roles) await ExecuteAsync(Database.DataSource, $"alter role {role}{_suffix} login password '{Password}'");
        (Migrator, Service, Reader) = (As("bridge_migrator"), As("bridge_service"), As("bridge_reader"));
        await MigrateAsync();
        await RunFileAsync();
    }

    /// <summary>The file, as an operator runs it, in this database or in another one of the server.</summary>
    public Task RunFileAsync(TestDatabase? elsewhere = null) =>
        ExecuteAsync((elsewhere ?? Database).DataSource, Named(Repository.Read("deploy/postgres/roles.sql")));

    /// <summary>A statement with the roles' names of this test in it.</summary>
    public string Named(string sql) => Roles.Aggregate(sql, (text, role) => text.Replace(role, role + _suffix, StringComparison.Ordinal));

    /// <summary>The SQLSTATE with which a statement is refused; null where it is not. What it changes does not stay.</summary>
    public async Task<string?> RefusalAsync(NpgsqlDataSource role, string sql)
    {
        await using var connection = await role.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(Named(sql), connection, transaction);
        try
        {
            await command.ExecuteNonQueryAsync();
            return null;
        }
        catch (PostgresException refused)
        {
            return refused.SqlState;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(new[] { Migrator, Service, Reader }.Select(role => role.DisposeAsync().AsTask()));
        // One statement each: PostgreSQL stumbles over default privileges that two of the dropped share.
        foreach (var role in Roles) await ExecuteAsync(Database.DataSource, $"drop owned by {role}{_suffix} cascade");
        foreach (var role in Roles) await ExecuteAsync(Database.DataSource, $"drop role {role}{_suffix}");
        await Database.DisposeAsync();
    }

    internal static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql)
    {
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private NpgsqlDataSource As(string role) => BridgeDataSource.Create(
        new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Username = role + _suffix, Password = Password }.ConnectionString, 20);

    private async Task MigrateAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddLog(Logger.None);
        await using var service = BridgeService.Build(builder, BridgeApplication.Read(), Migrator);
        await BridgeService.MigrateAsync(service.Services, null, CancellationToken.None);
    }
}
