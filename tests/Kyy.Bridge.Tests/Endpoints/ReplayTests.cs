using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Endpoints;

/// <summary>Sending again what an endpoint has not had, what failed, or all of it: each once, whatever happens meanwhile.</summary>
public sealed class ReplayTests(PostgresServer server)
{
    private const string OnceEach = """
        select count(*)::integer from bridge.deliveries where event_id = any ($1) and endpoint_id = $2 and attempts = 1 and state = 'delivered'
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Missing_makes_one_delivery_of_each_matching_event_without_one_whoever_takes_the_next_step()
    {
        await using var db = await ReplayDatabase.StartAsync(server);
        var endpoint = await new EndpointRow { Families = [Families.Veo, Families.Default] }.AddAsync(db.Database, db.ClientId);
        var missing = await db.EventsAsync(640);
        await db.DeliveriesAsync(await db.EventsAsync(30), endpoint, "delivered");
        await db.DeliveriesAsync(await db.EventsAsync(5), endpoint, "pending");
        await db.EventsAsync(20, family: Families.Videos);
        await db.EventsAsync(20, type: EventTypes.TaskExpired);
        var foreign = await db.Bridge.CreateClientAsync("other");
        TypeId.TryParse(TypeId.Client, foreign.Id, out var other).ShouldBeTrue();
        await db.EventsAsync(20, of: other);
        var erased = await db.EventsAsync(20);
        await db.Database.ExecuteAsync("update bridge.events set payload = '' where id = any ($1)", erased);
        var tooOld = await db.EventsAsync(20);
        await db.Database.ExecuteAsync("update bridge.events set created_at = now() - interval '2 days' where id = any ($1)", tooOld);
        await using var second = await BridgeApplication.StartAsync(db.Database, null, ownsDatabase: false);

        var replay = await db.ReplayAsync(endpoint, Replay.Missing);
        var (status, most) = await db.RunAsync(replay, db.Bridge, second);

        status.ShouldBe(Replay.Completed);
        most.ShouldBe(ReplayRoom.MostWaiting);
        (await db.Database.ReadAsync<int>(OnceEach, missing, endpoint)).ShouldBe([640]);
        (await db.Database.ReadAsync<int>("select count(*)::integer from bridge.deliveries")).ShouldBe([640 + 35]);
        var shown = await db.Client.GetReplayAsync(replay, Cancellation);
        (shown.Queued, shown.Examined, shown.Kind).ShouldBe((640, 640 + 35 + 20 + 20 + 20, Replay.Missing));
        shown.EndedAt.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(shown.StartedAt.ShouldNotBeNull());
    }

    [Fact]
    public async Task A_step_that_is_not_committed_is_done_again_by_whoever_comes_next_and_nothing_twice()
    {
        await using var db = await ReplayDatabase.StartAsync(server);
        var endpoint = await new EndpointRow().AddAsync(db.Database, db.ClientId);
        var events = await db.EventsAsync(250);
        var replay = await db.ReplayAsync(endpoint, Replay.Missing);
        await db.StepAsync();
        await db.AcceptAsync();

        // A process that dies in the middle of its step: its transaction ends with its connection. Until then the replay is its own.
        await using (var dying = await db.Database.DataSource.OpenConnectionAsync(Cancellation))
        {
            await using var transaction = await dying.BeginTransactionAsync(Cancellation);
            await db.Database.ExecuteAsync("update bridge.replays set next_step_at = now()");
            var taken = (await OpenReplay.TakeAsync(dying, Cancellation)).ShouldNotBeNull();
            var progress = await ReplayStep.RunAsync(dying, taken, Cancellation);
            await taken.MoveAsync(dying, progress, Cancellation);
            progress.Queued.ShouldBe(100);
            (await db.Client.GetReplayAsync(replay, Cancellation)).Queued.ShouldBe(100);
            await db.TakeTurnAsync();
            (await db.AcceptAsync()).ShouldBe(0);
        }

        await using var second = await BridgeApplication.StartAsync(db.Database, null, ownsDatabase: false);
        (await db.RunAsync(replay, second)).Status.ShouldBe(Replay.Completed);

        (await db.Database.ReadAsync<int>(OnceEach, events, endpoint)).ShouldBe([250]);
        (await db.Client.GetReplayAsync(replay, Cancellation)).Queued.ShouldBe(250);
    }

    [Fact]
    public async Task An_event_whose_transaction_was_under_way_is_not_missed_and_others_hold_nothing_up()
    {
        await using var db = await ReplayDatabase.StartAsync(server);
        var endpoint = await new EndpointRow().AddAsync(db.Database, db.ClientId);
        var before = await db.EventsAsync(3);
        await using var writer = await db.Database.DataSource.OpenConnectionAsync(Cancellation);
        await using var writing = await writer.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(writer, EventWriting.Sql);
        // It has seen the endpoint disabled: its event comes without a delivery, and its time is past.
        await ExecuteAsync(writer, $"""
            insert into bridge.events (id, client_id, type, created_at, payload)
            select '{Make.NewId()}', client_id, type, created_at - interval '1 second', payload from bridge.events limit 1
            """);
        await using var bystander = await db.Database.DataSource.OpenConnectionAsync(Cancellation);
        await using var standing = await bystander.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(bystander, "create table bridge.bystander ()");
        var replay = await db.ReplayAsync(endpoint, Replay.Missing);

        for (var i = 0; i < 5; i++) await db.StepAsync();
        var waiting = await db.Client.GetReplayAsync(replay, Cancellation);
        (waiting.Status, waiting.Queued).ShouldBe((Replay.Running, before.Length));

        await writing.CommitAsync(Cancellation);
        // Whoever begins to write later sees the endpoint enabled and is not waited for.
        await using var later = await db.Database.DataSource.OpenConnectionAsync(Cancellation);
        await using var after = await later.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(later, EventWriting.Sql);
        (await db.RunAsync(replay)).Status.ShouldBe(Replay.Completed);

        (await db.Database.ReadAsync<int>("select count(*)::integer from bridge.deliveries")).ShouldBe([before.Length + 1]);
    }

    [Fact]
    public async Task Failed_starts_dead_ones_afresh_and_all_sends_everything_once_more()
    {
        await using var db = await ReplayDatabase.StartAsync(server);
        var endpoint = await new EndpointRow().AddAsync(db.Database, db.ClientId);
        var (dead, delivered, cancelled, missing) = (await db.EventsAsync(120), await db.EventsAsync(7), await db.EventsAsync(3), await db.EventsAsync(5));
        await db.DeliveriesAsync(dead, endpoint, "dead");
        await db.DeliveriesAsync(delivered, endpoint, "delivered");
        await db.DeliveriesAsync(cancelled, endpoint, "cancelled");
        var failed = await db.ReplayAsync(endpoint, Replay.Failed);

        await db.StepAsync();
        (await db.Database.ReadAsync<string>("""
            select distinct concat_ws(' ', attempts, schedule_from, claim, unsettled, dead_reason, ended_at, leased_until)
            from bridge.deliveries where state = 'pending'
            """)).ShouldBe(["10 10 1 0"]);
        (await db.RunAsync(failed)).MostWaiting.ShouldBeLessThanOrEqualTo(ReplayRoom.MostWaiting);
        (await StatesAsync()).ShouldBe(["cancelled 10 x3", "delivered 10 x7", "delivered 11 x120"]);

        var all = await db.ReplayAsync(endpoint, Replay.All);
        (await db.RunAsync(all)).Status.ShouldBe(Replay.Completed);
        (await StatesAsync()).ShouldBe(["cancelled 10 x3", "delivered 1 x5", "delivered 11 x7", "delivered 12 x120"]);
        (await db.Client.GetReplayAsync(all, Cancellation)).Queued.ShouldBe(120 + 7 + missing.Length);

        Task<List<string>> StatesAsync() => db.Database.ReadAsync<string>(
            "select state || ' ' || attempts || ' x' || count(*) from bridge.deliveries group by state, attempts order by state, attempts");
    }

    [Fact]
    public async Task A_replay_keeps_to_its_time_and_its_types()
    {
        await using var db = await ReplayDatabase.StartAsync(server);
        var endpoint = await new EndpointRow().AddAsync(db.Database, db.ClientId);
        var (completed, failed) = (await db.EventsAsync(10, EventTypes.TaskCompleted), await db.EventsAsync(10));
        var times = await db.Database.ReadAsync<DateTimeOffset>("select created_at from bridge.events where id = any ($1) order by created_at", failed);

        var replay = await db.ReplayAsync(
            endpoint, Replay.Missing, wish => wish with { Since = times[2], Until = times[5], Events = [EventTypes.TaskFailed] });
        await db.RunAsync(replay);

        (await db.Database.ReadAsync<DateTimeOffset>(
            "select e.created_at from bridge.deliveries d join bridge.events e on e.id = d.event_id where e.type = 'task.failed' order by 1"))
            .ShouldBe(times[2..6]);
        (await db.Database.ReadAsync<int>("select count(*)::integer from bridge.deliveries where event_id = any ($1)", completed)).ShouldBe([0]);
    }

    [Fact]
    public async Task It_waits_while_its_endpoint_is_disabled_and_is_cancelled_when_that_is_deleted_or_somebody_says_so()
    {
        await using var db = await ReplayDatabase.StartAsync(server);
        var endpoint = await new EndpointRow { Enabled = false }.AddAsync(db.Database, db.ClientId);
        await db.EventsAsync(150);
        var (first, second) = (await db.ReplayAsync(endpoint, Replay.Missing), await db.ReplayAsync(endpoint, Replay.Missing));
        await db.Client.CancelReplayAsync(second, Cancellation);

        await db.StepAsync();
        (await db.Client.GetReplayAsync(first, Cancellation)).Status.ShouldBe(Replay.Running);
        (await db.AcceptAsync()).ShouldBe(0);

        await db.Database.ExecuteAsync("update bridge.endpoints set status = 'enabled', disabled_reason = null, disabled_at = null");
        await db.StepAsync();
        (await db.AcceptAsync()).ShouldBe(100);
        await db.Database.ExecuteAsync("update bridge.endpoints set deleted_at = now()");
        await db.StepAsync();

        (await db.AcceptAsync()).ShouldBe(0);
        (await db.Client.ListReplaysAsync(Cancellation).Select(replay => replay.Status).ToListAsync(Cancellation))
            .ShouldBe([Replay.Cancelled, Replay.Cancelled]);
        await db.Client.CancelReplayAsync(first, Cancellation);
    }

    [Fact]
    public void A_page_is_taken_up_to_the_first_that_finds_no_room()
    {
        ReplayCandidate[] page = [Row(1), Row(null), Row(2), Row(1), Row(null), Row(1), Row(2)];

        ReplayCandidate.Fitting(page, Room(3, 2)).ShouldBe(7);
        ReplayCandidate.Fitting(page, Room(2, 2)).ShouldBe(5);
        ReplayCandidate.Fitting(page, Room(3, 0)).ShouldBe(2);
        ReplayCandidate.Fitting(page, new Dictionary<int, int>()).ShouldBe(0);

        static ReplayCandidate Row(int? destination) => new(
            Guid.Empty, DateTimeOffset.UnixEpoch, 0, Counts: true, destination is null ? ReplayAct.Nothing : ReplayAct.Make, Guid.Empty, destination ?? 1);
        static Dictionary<int, int> Room(int one, int two) => new() { [1] = one, [2] = two };
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
