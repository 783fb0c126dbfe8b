using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Polling;

public sealed class EndOverdueTests(PostgresServer server)
{
    [Theory]
    [InlineData("rejected", 25, "timed_out")]
    [InlineData("throttled", 25, "timed_out")]
    [InlineData("rejected", 23, "registered")] // The last look may still come.
    [InlineData("active", 25, "registered")] // Its look decides.
    public async Task What_nobody_can_look_at_ends_a_day_after_its_deadline(string state, int hours, string status)
    {
        await using var polling = await PollerHarness.StartAsync(server);
        await polling.FileDueAsync(3);
        await polling.Database.ExecuteAsync("update bridge.tasks set deadline_at = now() - make_interval(hours => $1)", hours);
        if (state != "active")
            await polling.Database.ExecuteAsync("update bridge.upstream_budgets set state = $1, paused_until = now() + interval '1 hour'", state);

        var run = await polling.EndOverdue.RunOnceAsync(TestContext.Current.CancellationToken);

        run.Done.ShouldBe(status == "timed_out" ? 3 : 0);
        (await polling.Database.ReadAsync<string>("select distinct status from bridge.tasks")).ShouldBe([status]);
        (await polling.Database.ReadAsync<string>("select type from bridge.events")).Count.ShouldBe(run.Done);
    }
}
