using System.Net;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kyy.Bridge.Tests.Deploy;

/// <summary>The rights that <c>deploy/postgres/roles.sql</c> gives are enough for each role's work, and no more than that.</summary>
public sealed class RolesTests(PostgresServer server, RolesDatabase roles) : IClassFixture<RolesDatabase>
{
    private const string Refused = PostgresErrorCodes.InsufficientPrivilege;

    [Fact]
    public async Task The_service_registers_polls_and_delivers_with_its_own_rights()
    {
        await using var upstream = await EmulatorServer.StartAsync(
            new EmulatorOptions { ApiKey = BridgeApplication.UpstreamKey, TimeScale = World.TimeScale });
        await using var receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        await using var bridge = await BridgeApplication.StartAsync(
            roles.Database, roles.Service, ownsDatabase: false, null, [.. World.Settings(upstream.BaseUrl)]);
        using (var ready = await bridge.AsAdmin().GetAsync("/healthz/ready")) ready.Status.ShouldBe(HttpStatusCode.OK);
        var client = bridge.ClientOf((await bridge.CreateClientAsync()).ApiKey);
        receiver.Secrets = [WebhookSecret.Parse((await client.GetSigningSecretAsync(TestContext.Current.CancellationToken)).Secret)];

        await client.SetUpstreamKeyAsync("second", new("sk-second-0123456789"), TestContext.Current.CancellationToken);
        await client.DeleteUpstreamKeyAsync("second", TestContext.Current.CancellationToken);

        var emulated = upstream.Tasks.Create(new NewTask { Family = EmulatedFamily.Veo, Ending = EmulatedStatus.Completed });
        var task = await client.RegisterAsync(
            new() { TaskId = emulated.Id, CallbackUrl = receiver.Hook("veo").AbsoluteUri }, cancellationToken: TestContext.Current.CancellationToken);
        var webhook = (await receiver.WaitForAsync(_ => true, 1, World.Patience)).ShouldHaveSingleItem();

        webhook.Verification.ShouldBe(WebhookVerification.Verified);
        WebhookEvent.Read(webhook.Body.Span).ReadTask()!.Id.ShouldBe(task.Id);
        await Wait.UntilAsync(async () => await DeliveredAsync() == 1, "the reader sees the delivery as delivered");
        // A loop logs what it may not do and goes on: pruning and repairs are asked here.
        foreach (var work in bridge.Services.GetServices<IRecurringWork>()) await work.RunOnceAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("create table bridge.more (id integer)")]
    [InlineData("create table hangfire.more (id integer)")]
    [InlineData("create table public.more (id integer)")]
    [InlineData("create temporary table more (id integer)")]
    [InlineData("create schema more")]
    [InlineData("alter table bridge.tasks add more integer")]
    [InlineData("drop table bridge.slots")]
    [InlineData("create index on bridge.tasks (polls)")]
    [InlineData("truncate bridge.idempotency_keys")]
    [InlineData("delete from bridge.migrations")]
    [InlineData("delete from bridge.data_protection_keys")]
    [InlineData("delete from bridge.instance_secrets")]
    [InlineData("insert into bridge.data_protection_keys (xml) values ('')")]
    [InlineData("set role bridge_migrator")]
    public async Task The_service_changes_rows_alone(string sql) => (await roles.RefusalAsync(roles.Service, sql)).ShouldBe(Refused);

    [Theory]
    [InlineData("select * from bridge.tasks")]
    [InlineData("select * from bridge.deliveries join bridge.delivery_attempts on delivery_id = id")]
    [InlineData("select * from bridge.events")]
    [InlineData("select id, name, revoked_at from bridge.api_keys")]
    [InlineData("select id, valid_until from bridge.signing_secrets")]
    [InlineData("select key, status from bridge.idempotency_keys")]
    public async Task The_reader_reads_what_people_need(string sql) => (await roles.RefusalAsync(roles.Reader, sql)).ShouldBeNull();

    [Theory]
    [InlineData("select hash from bridge.api_keys")]
    [InlineData("select * from bridge.api_keys")]
    [InlineData("select ciphertext from bridge.signing_secrets")]
    [InlineData("select xml from bridge.data_protection_keys")]
    [InlineData("select ciphertext from bridge.upstream_keys")]
    [InlineData("select fingerprint from bridge.upstream_budgets")]
    [InlineData("select body from bridge.idempotency_keys")]
    [InlineData("select bridge.new_id()")]
    [InlineData("select from bridge.tasks for update")]
    [InlineData("update bridge.tasks set polls = 0")]
    [InlineData("insert into bridge.slots (lane, next_due) values (1, now())")]
    [InlineData("delete from bridge.deliveries")]
    [InlineData("create temporary table more (id integer)")]
    public async Task The_reader_reads_no_secret_and_writes_nothing(string sql) =>
        (await roles.RefusalAsync(roles.Reader, sql)).ShouldBe(Refused);

    // A table that a migration adds has to be thought about: readable, in part or not at all.
    [Fact]
    public async Task Every_table_but_the_key_ring_is_open_to_the_reader_at_least_in_part() => (await QueryAsync("""
        select relname from pg_class
        where relnamespace = 'bridge'::regnamespace and relkind = 'r' and not has_any_column_privilege('bridge_reader', oid, 'select')
        order by relname
        """)).ShouldBe(["data_protection_keys", "instance_secrets"]);

    [Fact]
    public async Task What_a_later_migration_makes_is_open_to_the_service_and_closed_to_people()
    {
        const string Later = """
            create table bridge.later (id integer generated always as identity);
            create table hangfire.later (id serial);
            create function bridge.later() returns integer language sql return 1
            """;
        const string Work = "insert into bridge.later default values; insert into hangfire.later default values; select bridge.later()";

        await RolesDatabase.ExecuteAsync(roles.Migrator, Later);

        (await roles.RefusalAsync(roles.Service, Work)).ShouldBeNull();
        (await roles.RefusalAsync(roles.Reader, "select * from hangfire.later")).ShouldBeNull();
        (await roles.RefusalAsync(roles.Reader, "select * from bridge.later")).ShouldBe(Refused);
        (await roles.RefusalAsync(roles.Reader, "select bridge.later()")).ShouldBe(Refused);
        await RolesDatabase.ExecuteAsync(roles.Migrator, "drop table bridge.later, hangfire.later; drop function bridge.later()");
    }

    [Fact]
    public async Task Nobody_else_gets_in() => (await QueryAsync("""
        select what from (values ('connect', has_database_privilege('public', current_database(), 'connect, temporary')),
                                 ('public', has_schema_privilege('public', 'public', 'usage, create')),
                                 ('bridge', has_schema_privilege('public', 'bridge', 'usage, create'))) rights (what, held)
        where held
        """)).ShouldBeEmpty();

    [Fact]
    public async Task A_schema_that_somebody_else_made_is_taken_over()
    {
        await using var other = await server.CreateDatabaseAsync();
        await roles.RunFileAsync(other);
        await using var owners = other.DataSource.CreateCommand(roles.Named("""
            select count(*) from pg_class
            where relnamespace = 'bridge'::regnamespace and relowner <> 'bridge_migrator'::regrole
            """));

        (await owners.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldBe(0L);
    }

    private async Task<long> DeliveredAsync()
    {
        await using var command = roles.Reader.CreateCommand("select count(*) from bridge.deliveries where state = 'delivered'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<List<string>> QueryAsync(string sql)
    {
        await using var command = roles.Database.DataSource.CreateCommand(roles.Named(sql));
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var names = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken)) names.Add(reader.GetString(0));
        return names;
    }
}
