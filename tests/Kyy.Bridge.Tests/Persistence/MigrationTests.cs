using Kyy.Bridge.Persistence.Migrations;
using Kyy.Bridge.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
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

    private static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql)
    {
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
