using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Processes;

/// <summary>A replica that is stopped for longer than its leases, as on a virtual machine that was paused, and goes on.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class FrozenReplicaTests(PostgresServer server)
{
    private const string StateSql = "select xmin || ' ' || to_jsonb(d) from bridge.deliveries d where url like '%/held-0'";
    private const string AttemptsSql = """
        select coalesce(string_agg(a.number || ' ' || coalesce(a.error, a.status_code::text), ', ' order by a.number), '')
        from bridge.delivery_attempts a join bridge.deliveries d on d.id = a.delivery_id where d.url like '%/held-0'
        """;

    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task What_it_settles_after_its_lease_changes_nothing_and_it_polls_nothing_that_is_not_due()
    {
        await using var fleet = await Fleet.StartAsync(server);
        var frozen = await fleet.JoinAsync();
        await FreezeWhilePostingAsync(fleet, frozen);

        await fleet.JoinAsync();
        await Wait.UntilAsync(async () => await AttemptsAsync(fleet) == "2 204", "another one has sent and settled it", Fleet.AfterADeath);
        var settled = await fleet.Database.ScalarAsync<string>(StateSql);
        await frozen.ContinueAsync();
        await Wait.UntilAsync(
            async () => (await AttemptsAsync(fleet)).StartsWith("1 ", StringComparison.Ordinal), "the frozen one has settled it, too");

        (await fleet.Database.ScalarAsync<string>(StateSql)).ShouldBe(settled);
        await fleet.RegisterAsync(frozen, "later", 10, EmulatedStatus.Processing, EmulatedStatus.Completed);
        await fleet.ShouldHaveLostNothingAsync(World.Patience);
        // None was between its last look and the socket, and all that it had claimed it had asked about.
        fleet.ShouldHavePolledInTime();
        fleet.Duplicates().ShouldBe(1);
        (await frozen.TerminateAsync()).ShouldBe(0, frozen.Output);
    }

    // At an instant at which it waits for one receiver and for nothing else.
    private async Task FreezeWhilePostingAsync(Fleet fleet, BridgeProcess frozen)
    {
        var posted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fleet.Receiver.AnswerAt(fleet.Receiver.Hook("held-0").AbsolutePath, webhook =>
        {
            posted.TrySetResult();
            return new RawAnswer(204) { HeldUntil = webhook.Attempt == 1 ? _answered.Task : Task.CompletedTask };
        });
        await fleet.RegisterAsync(frozen, "waiting", 10, EmulatedStatus.Processing, EmulatedStatus.Processing, EmulatedStatus.Failed);
        await fleet.UntilPolledAsync("waiting", 1, World.Patience);
        await fleet.RegisterAsync(frozen, "held", 1, EmulatedStatus.Completed);
        await posted.Task.WaitAsync(World.Patience, TestContext.Current.CancellationToken);
        await frozen.FreezeAsync();
        _answered.SetResult();
    }

    private static Task<string> AttemptsAsync(Fleet fleet) => fleet.Database.ScalarAsync<string>(AttemptsSql);
}
