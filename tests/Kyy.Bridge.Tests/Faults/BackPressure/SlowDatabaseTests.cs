using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Faults.BackPressure;

/// <summary>A database that is slow, or that takes no ends for a while: what waits for it is bounded, and it is asked no sooner.</summary>
public sealed class SlowDatabaseTests(PostgresServer server)
{
    private const int Many = 3_000, Some = 300;

    // Of a second, as windows are scaled: a third of one in life. A claim that takes longer than its slack is followed by no poll.
    private const string Slow = "0.02";
    private const long Latch = 4712;

    // Those on the wire, as many as may wait to be recorded, and one claim, which is looked at before it and not within.
    private const int MostAsked = 64 + 1_000 + 200;

    // Each comes when PostgreSQL has given up waiting: seconds, in which thousands would have been asked about.
    private const int Refusals = 2;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ends_that_cannot_be_recorded_stop_the_asking_at_a_bound_and_all_are_recorded_after_it()
    {
        await using var world = await World.StartAsync(server, ("Bridge:Upstream:MaxRequestsPerSecond", "10000"));
        await ExecuteAsync(world, Trigger("events", $"pg_advisory_xact_lock({Latch})"));
        await using (var latch = await world.Bridge.Database.DataSource.OpenConnectionAsync(Cancellation))
        {
            await using var hold = new NpgsqlCommand($"select pg_advisory_lock({Latch})", latch);
            await hold.ExecuteNonQueryAsync(Cancellation);
            await RegisterAsync(world, Many, EmulatedStatus.Completed);

            await Wait.UntilAsync(
                () => world.Bridge.Log.Lines.Count(line => line.Contains("could not be written", StringComparison.Ordinal)) >= Refusals,
                "the record was refused and repeated");
            world.Upstream.Report().Polls.ShouldBeInRange(64, MostAsked);
            await using var release = new NpgsqlCommand($"select pg_advisory_unlock({Latch})", latch);
            await release.ExecuteNonQueryAsync(Cancellation);
        }

        await ShouldAllArriveAsync(world, Many);
    }

    [Fact]
    public async Task Where_every_write_takes_its_time_nothing_is_lost_and_no_poll_is_too_early()
    {
        await using var world = await World.StartAsync(server);
        await ExecuteAsync(world, string.Join('\n', ((string[])["tasks", "events", "deliveries"]).Select(table => Trigger(table, $"pg_sleep({Slow})"))));

        await RegisterAsync(world, Some, EmulatedStatus.Queued, EmulatedStatus.Processing, EmulatedStatus.Completed);

        await ShouldAllArriveAsync(world, Some);
    }

    private static async Task ShouldAllArriveAsync(World world, int count)
    {
        var received = await world.Receiver.WaitForAsync(_ => true, count, World.Patience);

        received.ShouldAllBe(webhook => webhook.Verification == WebhookVerification.Verified);
        received.Select(webhook => webhook.WebhookId).Distinct().Count().ShouldBe(count);
        world.Upstream.Report().Violations[Violation.TooEarly].ShouldBe(0);
    }

    private static async Task RegisterAsync(World world, int count, params EmulatedStatus[] statuses)
    {
        var script = new NewTask { Family = EmulatedFamily.Veo, Statuses = [.. statuses] };
        TaskRegistration[] wanted =
        [
            .. Enumerable.Range(0, count).Select(_ => new TaskRegistration
            {
                TaskId = world.Upstream.Tasks.Create(script).Id, Family = Families.Veo, CallbackUrl = world.Receiver.Hook().AbsoluteUri,
            }),
        ];
        (await world.Client.RegisterBatchAsync(wanted, cancellationToken: Cancellation)).Created.ShouldBe(count);
    }

    private static string Trigger(string table, string does) => $"""
        create function public.slow_{table}() returns trigger language plpgsql as $$ begin perform {does}; return null; end $$;
        create trigger slow before insert or update on bridge.{table} for each statement execute function public.slow_{table}();
        """;

    private static async Task ExecuteAsync(World world, string sql)
    {
        await using var command = world.Bridge.Database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
