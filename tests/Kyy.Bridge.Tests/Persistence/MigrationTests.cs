using Kyy.Bridge.Persistence.Migrations;
using Kyy.Bridge.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Npgsql;

namespace Kyy.Bridge.Tests.Persistence;

public sealed class MigrationTests(PostgresServer server)
{
    private const string ColumnsSql = """
        select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), not a.attnotnull
        from pg_attribute a
        join pg_class c on c.oid = a.attrelid
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'bridge' and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and c.relname <> 'migrations'
        """;

    [Fact]
    public async Task The_mapped_model_equals_the_migrated_database()
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var context = await Make.Contexts(database.DataSource).CreateDbContextAsync(TestContext.Current.CancellationToken);

        var mapped = context.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties().Select(property => Describe(entity, property)));

        mapped.Order(StringComparer.Ordinal).ShouldBe((await ReadColumnsAsync(database.DataSource)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_known_migrations_are_those_of_the_assembly()
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var context = await Make.Contexts(database.DataSource).CreateDbContextAsync(TestContext.Current.CancellationToken);

        KnownMigrations.Ids.ShouldBe(context.Database.GetMigrations());
    }

    [Fact]
    public async Task Replicas_that_start_together_migrate_an_empty_database_once()
    {
        await using var database = await server.CreateDatabaseAsync();
        await ExecuteAsync(database.DataSource, "drop schema bridge cascade");
        var firstSteps = 0;
        var atOnce = 0;

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Make.Migrator(database.DataSource).MigrateAsync(FirstSteps, TestContext.Current.CancellationToken)));

        firstSteps.ShouldBe(6);
        (await Make.Migrator(database.DataSource).PendingAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();

        async Task FirstSteps(CancellationToken cancellation)
        {
            Interlocked.Increment(ref atOnce).ShouldBe(1, "the lock lets one at a time in");
            await ExecuteAsync(database.DataSource, "select 1");
            firstSteps++;
            Interlocked.Decrement(ref atOnce);
        }
    }

    [Fact]
    public async Task A_process_of_the_version_before_that_is_at_work_and_the_migration_both_come_to_their_end()
    {
        await using var database = await server.CreateDatabaseAsync();
        await MigrateFromEmptyAsync(database.DataSource, "0004_upkeep");
        await using var atWork = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await atWork.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(atWork, "select from bridge.events for update");

        var migrating = Make.Migrator(database.DataSource).MigrateAsync(null, TestContext.Current.CancellationToken);
        await Wait.UntilAsync(() => IsBlockedAsync(database.DataSource), "the migration waits for the events and holds the tasks");
        await ExecuteAsync(atWork, "select from bridge.tasks for update");
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await migrating;

        (await Make.Migrator(database.DataSource).PendingAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("update bridge.tasks set ended_at = now()")]
    [InlineData("update bridge.tasks set status = 'completed'")]
    [InlineData("update bridge.tasks set slot_id = null")]
    [InlineData("update bridge.tasks set next_poll_at = null")]
    [InlineData("update bridge.tasks set superseded_at = now()")]
    [InlineData("update bridge.tasks set status = 'completed', ended_at = now(), slot_id = null, next_poll_at = null")]
    [InlineData("update bridge.tasks set status = 'unheard_of'")]
    public async Task The_database_refuses_a_task_that_is_neither_in_flight_nor_ended(string sql)
    {
        await using var database = await server.CreateDatabaseAsync();
        await ExecuteAsync(database.DataSource, """
            insert into bridge.tasks (id, client_id, upstream_key_id, task_id, family_given, service_tier, service_tier_given,
                                      registered_at, deadline_at, slot_id, next_poll_at)
            values (bridge.new_id(), bridge.new_id(), bridge.new_id(), 'video_1', false, 'default', false, now(), now(), 1, now())
            """);

        var refusal = await Should.ThrowAsync<PostgresException>(() => ExecuteAsync(database.DataSource, sql));

        refusal.SqlState.ShouldBe(PostgresErrorCodes.CheckViolation);
    }

    [Fact]
    public async Task Ids_that_the_database_makes_are_of_version_7_and_now()
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var command = database.DataSource.CreateCommand("select bridge.new_id(), clock_timestamp()");
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await reader.ReadAsync(TestContext.Current.CancellationToken);

        var id = reader.GetGuid(0);

        id.Version.ShouldBe(7);
        (id.Variant >> 2).ShouldBe(2);
        var milliseconds = Convert.ToInt64(id.ToString("n")[..12], 16);
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ShouldBe(reader.GetFieldValue<DateTimeOffset>(1), TimeSpan.FromSeconds(1));
    }

    // A migration that makes a table anew, or sets one option of it, could lose the others: claims would stop being HOT updates.
    [Theory]
    [InlineData("tasks", "autovacuum_analyze_scale_factor=2", "autovacuum_vacuum_cost_limit=2000", "autovacuum_vacuum_scale_factor=0.02",
        "autovacuum_vacuum_threshold=5000", "fillfactor=45")]
    [InlineData("slots", "autovacuum_analyze_scale_factor=10", "autovacuum_vacuum_scale_factor=0", "autovacuum_vacuum_threshold=1000",
        "fillfactor=50")]
    [InlineData("deliveries", "autovacuum_analyze_scale_factor=0.5", "autovacuum_vacuum_cost_limit=2000",
        "autovacuum_vacuum_scale_factor=0.02", "autovacuum_vacuum_threshold=5000", "fillfactor=80")]
    [InlineData("events", "autovacuum_vacuum_cost_limit=2000", "autovacuum_vacuum_insert_scale_factor=0.05",
        "autovacuum_vacuum_scale_factor=0.05")]
    [InlineData("delivery_attempts", "autovacuum_vacuum_cost_limit=2000", "autovacuum_vacuum_insert_scale_factor=0.05",
        "autovacuum_vacuum_scale_factor=0.05")]
    [InlineData("destinations", "autovacuum_vacuum_scale_factor=0", "autovacuum_vacuum_threshold=1000", "fillfactor=50")]
    public async Task Pages_are_filled_and_cleaned_as_the_migrations_say(string table, params string[] expected)
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var command = database.DataSource.CreateCommand("select reloptions from pg_class where oid = $1::regclass");
        command.Parameters.Add(new() { Value = $"bridge.{table}" });

        var options = (string[])(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;

        options.Order(StringComparer.Ordinal).ShouldBe(expected);
    }

    private static string Describe(IReadOnlyEntityType entity, IReadOnlyProperty property) =>
        Describe(entity.GetTableName()!, property.GetColumnName(), property.GetColumnType()!, property.IsNullable);

    private static string Describe(string table, string column, string type, bool nullable) =>
        $"{table}.{column} {type}{(nullable ? " null" : "")}";

    private static async Task<List<string>> ReadColumnsAsync(NpgsqlDataSource dataSource)
    {
        await using var command = dataSource.CreateCommand(ColumnsSql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var columns = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            columns.Add(Describe(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3)));
        return columns;
    }

    // EF's own way to a certain migration does not take ids as short as these.
    private static async Task MigrateFromEmptyAsync(NpgsqlDataSource dataSource, string last)
    {
        await using var context = await Make.Contexts(dataSource).CreateDbContextAsync(TestContext.Current.CancellationToken);
        var (assembly, history) = (context.GetService<IMigrationsAssembly>(), context.GetService<IHistoryRepository>());
        await ExecuteAsync(dataSource, $"drop schema bridge cascade; create schema bridge; {history.GetCreateScript()}");
        foreach (var (id, type) in assembly.Migrations.Where(known => string.CompareOrdinal(known.Key, last) <= 0))
        {
            foreach (var step in assembly.CreateMigration(type, context.Database.ProviderName!).UpOperations.Cast<SqlOperation>())
                await ExecuteAsync(dataSource, step.Sql);
            await ExecuteAsync(dataSource, history.GetInsertScript(new(id, "10")));
        }
    }

    private static async Task<bool> IsBlockedAsync(NpgsqlDataSource dataSource)
    {
        await using var command = dataSource.CreateCommand(
            "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')");
        return (bool)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql)
    {
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
