using Kyy.Bridge.Operators;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.Extensions.Logging.Abstractions;
using NpgsqlTypes;

namespace Kyy.Bridge.Tests.Polling;

/// <summary>What an operator holds is not asked about, and nothing of it is missed.</summary>
public sealed class HeldPollingTests(PostgresServer server)
{
    // The host of the default base URL, by which the harness asks.
    private const string Host = "zcbservice.aizfw.cn";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, null)]
    [InlineData(null, Host)]
    [InlineData(null, Host + ":443")]
    [InlineData("of the tasks", null)]
    [InlineData("of the tasks", Host)]
    public async Task What_is_held_waits_until_it_is_released(string? client, string? host)
    {
        await using var polling = await PollerHarness.StartAsync(server);
        await polling.FileDueAsync(3);
        await HoldAsync(polling, client is null ? null : PollingDatabase.Client, host);

        (await polling.RunAsync()).Done.ShouldBe(0);
        polling.Upstream.Asked.ShouldBeEmpty();

        await polling.Database.ExecuteAsync("delete from bridge.holds");
        (await polling.RunAsync()).Done.ShouldBe(3);
    }

    [Theory]
    [InlineData("another's", null)]
    [InlineData(null, "another.example.test")]
    [InlineData(null, Host + ":8443")]
    [InlineData("of the tasks", "another.example.test")]
    [InlineData("another's", Host)]
    public async Task What_others_hold_goes_on(string? client, string? host)
    {
        await using var polling = await PollerHarness.StartAsync(server);
        await polling.FileDueAsync(3);
        await HoldAsync(polling, client is null ? null : client == "another's" ? Make.NewId() : PollingDatabase.Client, host);
        await HoldAsync(polling, null, null, "deliveries");
        await ReleasedAsync(polling);

        (await polling.RunAsync()).Done.ShouldBe(3);
    }

    [Fact]
    public async Task A_client_that_is_held_holds_up_no_other()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        await polling.FileDueAsync(50);
        var other = Make.NewId();
        var others = await polling.FileForAsync(other, 5);
        await HoldAsync(polling, PollingDatabase.Client, null);

        await polling.UntilAsync(5);

        polling.Upstream.Asked.ShouldBe(others, ignoreOrder: true);
        (await polling.RunAsync()).Done.ShouldBe(0);
    }

    [Theory]
    [InlineData("polling", 0)]
    [InlineData("released", 0)]
    [InlineData("deliveries", 3)]
    public async Task A_deadline_waits_while_its_task_is_held_and_for_a_day_after_that(string what, int ended)
    {
        await using var polling = await OverdueAsync();
        await polling.Database.ExecuteAsync("update bridge.upstream_budgets set state = 'throttled', paused_until = now() + interval '1 hour'");
        if (what == "released") await ReleasedAsync(polling);
        else await HoldAsync(polling, null, Host, what);

        (await polling.EndOverdue.RunOnceAsync(Cancellation)).Done.ShouldBe(ended);

        await polling.Database.ExecuteAsync("update bridge.past_holds set ended_at = now() - interval '25 hours'");
        (await polling.EndOverdue.RunOnceAsync(Cancellation)).Done.ShouldBe(what == "released" ? 3 : 0);
    }

    [Theory]
    [InlineData(true, "registered")] // The limit passed while nobody was to look.
    [InlineData(false, "timed_out")]
    public async Task A_look_that_fails_after_a_hold_ends_nothing(bool wasHeld, string status)
    {
        await using var polling = await OverdueAsync();
        if (wasHeld) await ReleasedAsync(polling);
        polling.Upstream.Reply = new UpstreamReply.Unreachable(UnreachableKind.Timeout);

        await polling.RunAsync();

        polling.Upstream.Asked.Count.ShouldBe(3);
        (await polling.Database.ReadAsync<string>("select distinct status from bridge.tasks")).ShouldBe([status]);

        // One that succeeds does: it is the reading that the limit waited for.
        polling.Upstream.Reply = new UpstreamReply.Waiting(WaitingStatus.Processing, UpstreamFacts.None);
        await polling.MakeDueAsync();
        await polling.RunAsync();
        (await polling.Database.ReadAsync<string>("select distinct status from bridge.tasks")).ShouldBe(["timed_out"]);
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData(null, Host, true)]
    [InlineData(null, "another.example.test", false)]
    [InlineData("of the tasks", null, false)] // Its key's other clients are not to pay for it.
    public async Task A_key_that_was_held_as_a_whole_begins_as_after_a_pause(string? client, string? host, bool begins)
    {
        await using var polling = await PollerHarness.StartAsync(server);
        var holds = new HoldStore(
            polling.Database.DataSource, new UpstreamOptions(), ModelCatalogue.Documented, new Ids(polling.Clock), NullLogger<HoldStore>.Instance);
        var hold = new WantedHold("polling", client is null ? null : PollingDatabase.Client, host);
        if (client is not null) await MakeClientAsync(polling);
        await holds.HoldAsync(hold, Cancellation);
        await polling.Database.ExecuteAsync("update bridge.holds set created_at = now() - interval '1 hour'");

        await holds.ReleaseAsync(hold, Cancellation);

        var since = await polling.Database.ReadAsync<TimeSpan>("select now() - reopened_at from bridge.upstream_budgets where reopened_at is not null");
        if (begins) since.ShouldHaveSingleItem().ShouldBeLessThan(TimeSpan.FromSeconds(20));
        else since.ShouldBeEmpty();
        (await polling.Database.ReadAsync<bool>("select ended_at > now() - interval '1 minute' from bridge.past_holds")).ShouldBe([true]);
        // Again is the same, and so is a hold and a release once more.
        await holds.ReleaseAsync(hold, Cancellation);
        await holds.HoldAsync(hold, Cancellation);
        await holds.ReleaseAsync(hold, Cancellation);
        (await holds.ReadAsync(Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_held_does_not_count_as_late()
    {
        await using var polling = await PollerHarness.StartAsync(server);
        await polling.FileDueAsync(3);
        await polling.FileForAsync(Make.NewId(), 2);
        await polling.Database.ExecuteAsync("update bridge.tasks set next_poll_at = now() - interval '1 hour'");
        await HoldAsync(polling, PollingDatabase.Client, Host);

        var stats = await CountRows.TasksAsync(polling.Database.DataSource, $"https://{Host}/api", Cancellation);

        (stats.InFlight, stats.Due, stats.Overdue).ShouldBe((5, 2, 2));
    }

    // Their deadlines passed more than a day ago.
    private async Task<PollerHarness> OverdueAsync()
    {
        var polling = await PollerHarness.StartAsync(server);
        await polling.FileDueAsync(3);
        await polling.Database.ExecuteAsync("update bridge.tasks set deadline_at = now() - interval '25 hours'");
        return polling;
    }

    private static async Task HoldAsync(PollerHarness polling, Guid? client, string? host, string what = "polling")
    {
        if (client is { } id) await MakeClientAsync(polling, id);
        await using var command = polling.Database.DataSource.CreateCommand(
            "insert into bridge.holds (id, what, client_id, host, created_at) values (bridge.new_id(), $1, $2, $3, now())");
        command.Parameters.Add(new() { Value = what });
        command.Parameters.Add(new() { Value = (object?)client ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = (object?)host ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static Task ReleasedAsync(PollerHarness polling) => polling.Database.ExecuteAsync(
        "insert into bridge.past_holds (id, host, ended_at) values (bridge.new_id(), $1, now() - interval '1 hour')", Host);

    private static Task MakeClientAsync(PollerHarness polling, Guid? client = null) => polling.Database.ExecuteAsync(
        "insert into bridge.clients (id, name, may_use_operator_key, created_at) values ($1, 'shop', true, now()) on conflict do nothing", client ?? PollingDatabase.Client);
}
