using Kyy.Bridge.Client;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Endpoints;

/// <summary>A service without running loops, a client with an endpoint, and events as a test wants them.</summary>
internal sealed class ReplayDatabase(BridgeApplication bridge, BridgeClient client, Guid id) : IAsyncDisposable
{
    // Events a second apart, the first one an hour ago, each of an ended task of its own.
    private const string EventsSql = """
        with task as (
            insert into bridge.tasks (id, client_id, upstream_key_id, task_id, family, family_given, service_tier, service_tier_given,
                                      registered_at, deadline_at, status, ended_at)
            select bridge.new_id(), $1, bridge.new_id(), 'video', $2, false, 'default', false, now(), now(), 'failed',
                   now() - interval '1 hour' + n * interval '1 second'
            from generate_series(1, $4) n
            returning id, ended_at
        )
        insert into bridge.events (id, client_id, task_id, type, created_at, payload)
        select bridge.new_id(), $1, id, $3, ended_at, '{}' from task
        returning id
        """;

    private const string DeliveriesSql = """
        insert into bridge.deliveries (id, event_id, client_id, task_id, callback_id, endpoint_id, destination, url, created_at, state,
                                       attempts, ended_at, next_attempt_at, dead_reason)
        select bridge.new_id(), e.id, e.client_id, e.task_id, ep.id, ep.id, d.id, ep.url, e.created_at, $3, 10,
               case when $3 <> 'pending' then now() end, case when $3 = 'pending' then now() + interval '1 hour' end,
               case when $3 = 'dead' then 'schedule_spent' end
        from bridge.events e
        join bridge.endpoints ep on ep.id = $2
        join bridge.destinations d on d.endpoint_id = ep.id
        where e.id = any ($1)
        """;

    public BridgeApplication Bridge => bridge;
    public BridgeClient Client => client;
    public Guid ClientId => id;
    public TestDatabase Database => bridge.Database;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<ReplayDatabase> StartAsync(PostgresServer server)
    {
        var bridge = await BridgeApplication.StartAsync(server);
        var made = await bridge.CreateClientAsync();
        TypeId.TryParse(TypeId.Client, made.Id, out var id).ShouldBeTrue();
        return new(bridge, bridge.ClientOf(made.ApiKey), id);
    }

    public async Task<Guid[]> EventsAsync(int count, string type = "task.failed", string family = "veo", Guid? of = null) =>
        [.. await Database.ReadAsync<Guid>(EventsSql, of ?? ClientId, family, type, count)];

    /// <summary>Deliveries of these events to the endpoint, after ten attempts.</summary>
    public Task<int> DeliveriesAsync(Guid[] events, Guid endpoint, string state) => Database.ExecuteAsync(DeliveriesSql, events, endpoint, state);

    /// <summary>Stores a replay of all that there is, and returns its id as callers know it.</summary>
    public async Task<string> ReplayAsync(Guid? endpoint, string kind, Func<ReplayWish, ReplayWish>? further = null)
    {
        var since = (await Database.ReadAsync<DateTimeOffset>("select now() - interval '1 day'")).Single();
        var wish = new ReplayWish(ClientId, endpoint, kind, since);
        var ids = bridge.Services.GetRequiredService<Ids>();
        var replay = await bridge.QueryAsync(db => ReplayStart.AddAsync(db, ids, further?.Invoke(wish) ?? wish, Cancellation));
        return TypeId.Format(TypeId.Replay, replay);
    }

    /// <summary>Takes steps in turns until the replay has ended, as its loops would, and lets receivers accept what is queued after each.</summary>
    public async Task<(string Status, int MostWaiting)> RunAsync(string replay, params BridgeApplication[] processes)
    {
        for (var (step, most) = (0, 0); ; step++)
        {
            step.ShouldBeLessThan(1_000);
            await StepAsync(processes.Length == 0 ? bridge : processes[step % processes.Length]);
            most = Math.Max(most, await AcceptAsync());
            var now = await client.GetReplayAsync(replay, Cancellation);
            if (now.EndedAt is not null) return (now.Status, most);
        }
    }

    /// <summary>One step, now.</summary>
    public async Task StepAsync(BridgeApplication? process = null)
    {
        await Database.ExecuteAsync("update bridge.replays set next_step_at = now() where ended_at is null");
        await TakeTurnAsync(process);
    }

    /// <summary>What a loop does when it is called.</summary>
    public Task<WorkRun> TakeTurnAsync(BridgeApplication? process = null) =>
        (process ?? bridge).Services.GetRequiredService<ReplayWork>().RunOnceAsync(Cancellation);

    /// <summary>What is due is accepted: how many that were.</summary>
    public Task<int> AcceptAsync() => Database.ExecuteAsync("""
        update bridge.deliveries set state = 'delivered', ended_at = now(), next_attempt_at = null, attempts = attempts + 1
        where state = 'pending' and next_attempt_at <= now()
        """);

    public ValueTask DisposeAsync() => bridge.DisposeAsync();
}
