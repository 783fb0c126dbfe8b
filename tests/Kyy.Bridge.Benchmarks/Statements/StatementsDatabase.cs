using System.Globalization;
using Kyy.Bridge.Emulator.Demo;
using Kyy.Bridge.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Kyy.Bridge.Benchmarks.Statements;

/// <summary>A private PostgreSQL that waits for the disk as a real one does, with the service's schema and tasks that are due.</summary>
internal sealed class StatementsDatabase : IAsyncDisposable
{
    private const int Connections = 8;

    // Every task has metadata of some size and one callback, at one of four hosts.
    private static string FillSql(Guid client, int tasks, int inASlot) => string.Create(CultureInfo.InvariantCulture, $$"""
        insert into bridge.clients (id, name, may_use_operator_key, created_at) values ('{{client}}', 'statements', true, now());
        insert into bridge.upstream_budgets (fingerprint) values (decode(repeat('00', 32), 'hex'));
        update bridge.upstream_keys set budget_id = 1;
        insert into bridge.lanes (upstream_key_id, family, tier) select id, 'veo', 'default' from bridge.upstream_keys;
        insert into bridge.destinations (client_id, host) select '{{client}}', 'hooks' || n || '.example.test:443' from generate_series(0, 3) n;
        insert into bridge.slots (lane, client_id, next_due)
        select 1, '{{client}}', now() from generate_series(1, ({{tasks}} + {{inASlot}} - 1) / {{inASlot}});
        insert into bridge.tasks (id, client_id, upstream_key_id, task_id, family_given, service_tier, service_tier_given, reference,
                                  metadata, registered_at, deadline_at, slot_id, next_poll_at)
        select bridge.new_id(), '{{client}}', k.id, 'video_' || md5(n::text), false, 'default', false, 'order-' || n,
               convert_to('{"order":' || n || ',"note":"' || repeat('x', 60) || '"}', 'UTF8'), now(), now() + interval '1 day',
               1 + (n - 1) / {{inASlot}}, now()
        from generate_series(1, {{tasks}}) n cross join bridge.upstream_keys k;
        insert into bridge.task_callbacks (id, task_id, url, destination, events, created_at)
        select bridge.new_id(), t.id, 'https://' || d.host || '/hooks/upstream', d.id,
               '{task.completed,task.completed_without_url,task.failed,task.cancelled,task.expired,task.lost,task.timed_out}', now()
        from bridge.tasks t join bridge.destinations d on d.id = 1 + substring(t.reference from 7)::integer % 4
        """);

    private readonly LocalPostgres _server;
    private readonly string _folder;

    private StatementsDatabase(LocalPostgres server, string folder)
    {
        (_server, _folder) = (server, folder);
        DataSource = BridgeDataSource.Create(server.ConnectionString, Connections);
    }

    /// <summary>As the service has it, with its prepared statements.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <param name="folder">Where its files go, and are removed from with it.</param>
    /// <param name="stopping">Gives up.</param>
    public static async Task<StatementsDatabase> StartAsync(string folder, CancellationToken stopping)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        try
        {
            var server = await LocalPostgres.StartAsync(
                new() { Directory = folder }, TimeProvider.System, NullLogger.Instance, stopping);
            return new(server, folder);
        }
        catch (LocalPostgresException missing)
        {
            throw new DemoException(missing.Message);
        }
    }

    /// <summary>Makes the schema and the tasks, all of them due and filed in full slots.</summary>
    public async Task FillAsync(Guid client, int tasks, int inASlot, CancellationToken stopping)
    {
        await using var services = new ServiceCollection()
            .AddDbContextFactory<BridgeDbContext>(options => PersistenceServices.Configure(options, DataSource))
            .BuildServiceProvider();
        var contexts = services.GetRequiredService<IDbContextFactory<BridgeDbContext>>();
        await new Migrator(DataSource, contexts, [], NullLogger<Migrator>.Instance).MigrateAsync(null, stopping);
        await ExecuteAsync(FillSql(client, tasks, inASlot), stopping);
        await ExecuteAsync("vacuum analyze", stopping);
        await ExecuteAsync("checkpoint", stopping);
    }

    public async Task ExecuteAsync(string sql, CancellationToken stopping)
    {
        await using var connection = await DataSource.OpenConnectionAsync(stopping);
        await using var longer = new NpgsqlCommand("set statement_timeout = 0", connection);
        await longer.ExecuteNonQueryAsync(stopping);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(stopping);
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await _server.DisposeAsync();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
