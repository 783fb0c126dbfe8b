using Kyy.Bridge.Telemetry;
using Kyy.Bridge.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Npgsql;
using Serilog.Core;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Kyy.Bridge.Tests.Support;

/// <summary>
/// The PostgreSQL server of a test run, see <see cref="PostgresSource"/>. It starts with the first test that asks for a database, so
/// that a run of pure tests does not wait for it.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _run = $"bridge_test_{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):n}";
    private readonly Lazy<Task<NpgsqlDataSource>> _server;
    private PostgresSource? _source;
    private int _databases;

    public PostgresServer() => _server = new Lazy<Task<NpgsqlDataSource>>(StartAsync);

    private string Template => $"{_run}_template";

    /// <summary>A migrated, empty database of the caller's own: a copy of the template, a matter of milliseconds.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync()
    {
        var server = await _server.Value;
        var name = $"{_run}_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync(server, $"CREATE DATABASE {name} TEMPLATE {Template}{await StrategyAsync(server)}");
        return new TestDatabase(server, name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await using var server = await _server.Value;
            await ExecuteAsync(server, $"DROP DATABASE {Template} WITH (FORCE)");
        }

        if (_source?.Owner is { } owner) await owner.DisposeAsync();
    }

    private async Task<NpgsqlDataSource> StartAsync()
    {
        _source = await PostgresSource.StartAsync();
        await SayAsync($"Test database: {_source.Words}");
        // Tests make connection strings of the server's, which would otherwise come without its password.
        var connection = new NpgsqlConnectionStringBuilder(_source.Connection) { PersistSecurityInfo = true }.ConnectionString;
        var server = NpgsqlDataSource.Create(connection);
        await ExecuteAsync(server, $"CREATE DATABASE {Template}");
        // Pooled connections would stay open, and a database that is in use cannot be copied.
        await MigrateAsync(new NpgsqlConnectionStringBuilder(connection) { Database = Template, Pooling = false }.ConnectionString);
        await ExecuteAsync(server, $"ALTER DATABASE {Template} ALLOW_CONNECTIONS false");
        return server;
    }

    // The schema, and the first key of the ring, as after a real first start.
    internal static async Task MigrateAsync(string connection)
    {
        await using var template = NpgsqlDataSource.Create(connection);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddLog(Logger.None);
        await using var service = BridgeService.Build(builder, BridgeApplication.Read(), template);
        await BridgeService.MigrateAsync(service.Services, null, CancellationToken.None);
    }

    // dotnet test shows nothing of what a test program says while it passes; deploy/dev reads the file.
    private static Task SayAsync(string words)
    {
        Console.WriteLine(words);
        return File.WriteAllTextAsync(Path.Combine(AppContext.BaseDirectory, "test-database.txt"), words + '\n');
    }

    // Copying the files is several times faster than the default, which logs every page; PostgreSQL 14 knows nothing else.
    private static async Task<string> StrategyAsync(NpgsqlDataSource server)
    {
        await using var connection = await server.OpenConnectionAsync();
        return connection.PostgreSqlVersion.Major >= 15 ? " STRATEGY file_copy" : "";
    }

    private static async Task ExecuteAsync(NpgsqlDataSource server, string sql)
    {
        await using var command = server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
