using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kyy.Bridge.Tests.Deliveries;

/// <summary>A database with deliveries as a test wants them, each of another ended task, all of one client.</summary>
internal sealed class DeliveryDatabase : IAsyncDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private const string ClientSql = """
        insert into bridge.clients (id, name, may_use_operator_key, created_at) values (bridge.new_id(), 'acme', true, now()) returning id
        """;

    private const string DestinationSql =
        "insert into bridge.destinations (client_id, host) values ($1, $2) returning id";

    private const string EndpointSql = """
        with endpoint as (
            insert into bridge.endpoints (id, client_id, url, host, events, rate_limit_per_second, created_at)
            values ($1, $2, $3, $4, $5, nullif($6, 0), now())
            returning id, client_id
        )
        insert into bridge.destinations (client_id, host, endpoint_id) select client_id, 'ep_' || id, id from endpoint returning id
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
            select bridge.new_id(), id, $5, $1, '{task.failed}', now() from task
            returning id, task_id, url
        )
        insert into bridge.deliveries (id, event_id, client_id, task_id, callback_id, endpoint_id, destination, url, created_at,
                                       next_attempt_at, unsettled, attempts)
        select bridge.new_id(), e.id, e.client_id, e.task_id, coalesce(d.endpoint_id, c.id), d.endpoint_id, $1, c.url, now(), now() + $3, $4, $4
        from event e join callback c on c.task_id = e.task_id join bridge.destinations d on d.id = $1
        returning id
        """;

    private readonly TestDatabase _database;
    private readonly BridgeApplication? _bridge;

    private DeliveryDatabase(TestDatabase database, BridgeApplication? bridge) => (_database, _bridge) = (database, bridge);

    public NpgsqlDataSource DataSource => _database.DataSource;

    public string ConnectionString => _database.ConnectionString;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<DeliveryDatabase> CreateAsync(PostgresServer server) => new(await server.CreateDatabaseAsync(), null);

    /// <summary>The database of a service that a test has started.</summary>
    public static DeliveryDatabase Of(BridgeApplication bridge) => new(bridge.Database, bridge);

    public async Task<Guid> ClientAsync() => (await ReadAsync<Guid>(ClientSql)).Single();

    /// <param name="client">Whose; a new client's by default.</param>
    /// <param name="host">The receiving host.</param>
    public async Task<int> DestinationAsync(Guid? client = null, string host = "hooks.example.test") =>
        (await ReadAsync<int>(DestinationSql, client ?? await ClientAsync(), host)).Single();

    /// <summary>An endpoint; its id and its destination. Of a service it has a secret too: without one nothing is sent to it.</summary>
    /// <param name="client">Whose; a new client's by default.</param>
    /// <param name="url">Where it is.</param>
    /// <param name="rate">Its limit; zero for none.</param>
    /// <param name="events">What it listens for.</param>
    public async Task<(Guid Id, int Destination)> EndpointAsync(
        Guid? client = null, string url = "https://endpoint.example.test/b", int rate = 0, params string[] events)
    {
        var (id, owner, uri) = (Make.NewId(), client ?? await ClientAsync(), new Uri(url));
        var destination = await ReadAsync<int>(
            EndpointSql, id, owner, url, $"{uri.Host}:{uri.Port}", events.Length > 0 ? events : ["task.failed"], rate);
        if (_bridge is not null)
        {
            await _bridge.QueryAsync(db =>
            {
                db.Add(_bridge.Services.GetRequiredService<EndpointSecrets>().NewRow(owner, id, WebhookSecret.Create()));
                return db.SaveChangesAsync(Cancellation);
            });
        }

        return (id, destination.Single());
    }

    /// <param name="destination">Whose.</param>
    /// <param name="count">How many.</param>
    /// <param name="dueIn">When, from now on.</param>
    /// <param name="unsettled">How often they have been claimed without a settle.</param>
    /// <param name="url">Where they go.</param>
    public Task<List<Guid>> DeliveriesAsync(
        int destination, int count = 1, TimeSpan dueIn = default, int unsettled = 0, string url = "https://hooks.example.test/a") =>
        ReadAsync<Guid>(DeliveriesSql, destination, count, dueIn, unsettled, url);

    /// <summary>Deliveries of which one attempt has been made.</summary>
    public async Task<List<Guid>> RetriesAsync(
        int destination, int count = 1, TimeSpan dueIn = default, string url = "https://hooks.example.test/a")
    {
        var retries = await DeliveriesAsync(destination, count, dueIn, url: url);
        await ExecuteAsync("update bridge.deliveries set attempts = 1 where id = any ($1)", retries.ToArray());
        return retries;
    }

    public Task<List<LeasedDelivery>> ClaimAsync(int destination, int limit = 1_000) => ClaimAsync(destination, new Places(limit, limit, 0));

    public async Task<List<LeasedDelivery>> ClaimAsync(int destination, Places places)
    {
        await using var connection = await DataSource.OpenConnectionAsync(Cancellation);
        return await ClaimDueDeliveries.ClaimAsync(connection, destination, places, Lease, leaseEnds: 7, Cancellation);
    }

    /// <summary>The destination as its row says.</summary>
    public async Task<string> HealthAsync(int destination) => (await ReadAsync<string>(
        """
        select concat_ws(' ', 'failures ' || consecutive_failures, 'steps ' || slow_steps, last_failure,
                         case when failing_since is not null then 'failing' end, case when slow_until > now() then 'slow' end)
        from bridge.destinations where id = $1
        """,
        destination)).Single();

    /// <summary>Deliveries that are leased from the start, as the recorder leases them; nobody can claim them in between.</summary>
    public async Task<List<LeasedDelivery>> LeasedDeliveriesAsync(int destination, int count, string url)
    {
        await using var connection = await DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var command = new NpgsqlCommand(DeliveriesSql, connection, transaction);
        foreach (object value in new object[] { destination, count, TimeSpan.Zero, 0, url }) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(Cancellation);
        var leased = await ClaimDueDeliveries.ClaimAsync(connection, destination, new(count, 0, 0), Lease, leaseEnds: 7, Cancellation);
        await transaction.CommitAsync(Cancellation);
        return leased;
    }

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

    public ValueTask DisposeAsync() => _bridge is null ? _database.DisposeAsync() : ValueTask.CompletedTask;

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = DataSource.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return command;
    }
}
