using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Deliveries;

/// <summary>A database with deliveries as a test wants them, each of another ended task, all of one client.</summary>
internal sealed class DeliveryDatabase : IAsyncDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private const string DestinationSql = """
        with client as (
            insert into bridge.clients (id, name, may_use_operator_key, created_at) values (bridge.new_id(), 'acme', true, now())
            returning id
        )
        insert into bridge.destinations (client_id, host) select id, 'hooks.example.test' from client returning id
        """;

    private const string DeliveriesSql = """
        with task as (
            insert into bridge.tasks (id, client_id, upstream_key_id, task_id, family_given, service_tier, service_tier_given,
                                      registered_at, deadline_at, status, ended_at)
            select bridge.new_id(), d.client_id, bridge.new_id(), 'video', false, 'default', false, now(), now(), 'failed', now()
            from bridge.destinations d cross join generate_series(1, $2)
            where d.id = $1
            returning id, client_id
        ), event as (
            insert into bridge.events (id, client_id, task_id, type, created_at, payload)
            select bridge.new_id(), client_id, id, 'task.failed', now(), '{}' from task
            returning id, client_id, task_id
        ), callback as (
            insert into bridge.task_callbacks (id, task_id, url, destination, events, created_at)
            select bridge.new_id(), id, 'https://hooks.example.test/a', $1, '{task.failed}', now() from task
            returning id, task_id, url
        )
        insert into bridge.deliveries (id, event_id, client_id, task_id, callback_id, destination, url, created_at, next_attempt_at,
                                       unsettled, attempts)
        select bridge.new_id(), e.id, e.client_id, e.task_id, c.id, $1, c.url, now(), now() + $3, $4, $4
        from event e join callback c on c.task_id = e.task_id
        returning id
        """;

    private readonly TestDatabase _database;

    private DeliveryDatabase(TestDatabase database) => _database = database;

    public NpgsqlDataSource DataSource => _database.DataSource;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<DeliveryDatabase> CreateAsync(PostgresServer server) => new(await server.CreateDatabaseAsync());

    public async Task<int> DestinationAsync() => (await ReadAsync<int>(DestinationSql)).Single();

    /// <param name="destination">Whose.</param>
    /// <param name="count">How many.</param>
    /// <param name="dueIn">When, from now on.</param>
    /// <param name="unsettled">How often they have been claimed without a settle.</param>
    public Task<List<Guid>> DeliveriesAsync(int destination, int count = 1, TimeSpan dueIn = default, int unsettled = 0) =>
        ReadAsync<Guid>(DeliveriesSql, destination, count, dueIn, unsettled);

    public Task<List<LeasedDelivery>> ClaimAsync(int destination, int limit = 1_000) =>
        ClaimDueDeliveries.ClaimAsync(DataSource, destination, limit, Lease, leaseEnds: 7, Cancellation);

    /// <summary>One delivery and its claim.</summary>
    public async Task<LeasedDelivery> LeasedAsync()
    {
        var destination = await DestinationAsync();
        await DeliveriesAsync(destination);
        return (await ClaimAsync(destination)).Single();
    }

    /// <summary>Ends the lease, so that the delivery may be claimed again.</summary>
    public Task<int> ExpireAsync(Guid delivery) =>
        ExecuteAsync("update bridge.deliveries set next_attempt_at = now(), leased_until = now() where id = $1", delivery);

    public async Task<string> RowAsync(Guid delivery) => (await ReadAsync<string>(
        """
        select concat_ws(' ', state, 'claim ' || claim, 'attempts ' || attempts, 'unsettled ' || unsettled,
                         case when leased_until is not null then 'leased' end, dead_reason)
        from bridge.deliveries where id = $1
        """,
        delivery)).Single();

    /// <summary>In how many seconds it may be claimed, counted from the last write.</summary>
    public async Task<double> DueInAsync(Guid delivery) => (await ReadAsync<double>(
        "select extract(epoch from next_attempt_at - now())::float8 from bridge.deliveries where id = $1", delivery)).Single();

    public Task<List<string>> AttemptsAsync(Guid delivery) => ReadAsync<string>(
        "select concat_ws(' ', number, status_code, error) from bridge.delivery_attempts where delivery_id = $1 order by number", delivery);

    public async Task<int> ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(Cancellation);
    }

    public async Task<List<T>> ReadAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var values = new List<T>();
        while (await reader.ReadAsync(Cancellation)) values.Add(await reader.GetFieldValueAsync<T>(0, Cancellation));
        return values;
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = DataSource.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return command;
    }
}
