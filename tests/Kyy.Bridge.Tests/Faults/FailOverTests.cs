using System.Net;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Tests.Faults.Database;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults;

/// <summary>
/// The server is lost for good and a standby takes over. The service is told both of them and finds the one that takes writes.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class FailOverTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task To_a_synchronous_standby_in_the_middle_of_the_work_nothing_that_was_accepted_is_lost()
    {
        await using var primary = await MortalPostgres.StartAsync();
        await using var standby = await primary.StandbyAsync(isSynchronous: true);
        await using var world = await FaultWorld.StartAsync(primary, primary.ConnectionStringWith(standby));

        await world.RegisterAroundAsync(async () =>
        {
            await primary.KillAsync();
            await standby.PromoteAsync();
        });
        world.Database = standby.Database;

        await world.ShouldHaveLostNothingAsync();
    }

    [Fact]
    public async Task While_the_synchronous_standby_is_away_nothing_is_accepted_that_it_would_not_have()
    {
        await using var primary = await MortalPostgres.StartAsync();
        await using var standby = await primary.StandbyAsync(isSynchronous: true);
        await using var world = await FaultWorld.StartAsync(primary, primary.ConnectionStringWith(standby));

        await world.RegisterAroundAsync(async () =>
        {
            await standby.StopAsync();
            // Committed here alone and not answered: whoever gives such a wait up must not take it for a commit.
            var refused = world.Refused;
            await Wait.UntilAsync(() => world.Refused >= refused + 4, "callers were refused");
            await primary.KillAsync();
            await standby.StartAsync();
            await standby.PromoteAsync();
        });
        world.Database = standby.Database;

        world.LongestAnswer.ShouldBeLessThan(FrozenServerTests.Promise);
        await world.ShouldHaveLostNothingAsync();
    }

    [Fact]
    public async Task While_the_synchronous_standby_is_away_no_list_of_tasks_is_said_to_be_stopped()
    {
        await using var primary = await MortalPostgres.StartAsync();
        await using var standby = await primary.StandbyAsync(isSynchronous: true);
        await using var world = await FaultWorld.StartAsync(primary, primary.ConnectionStringWith(standby));
        await world.Bridge.ClientOf(BridgeApplication.AdminKey).HoldAsync(new(HoldKinds.Polling), Cancellation);
        await world.RegisterAsync(3);
        var tasks = await world.Client.ListTasksAsync(cancellationToken: Cancellation).ToArrayAsync(Cancellation);
        var stop = new { ids = tasks.Select(task => task.Id).ToArray() };

        await standby.StopAsync();
        using (var refused = await world.Bridge.As(world.ClientKey).PostAsync("/v1/tasks/stop", stop))
            refused.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "unavailable");
        await standby.StartAsync();

        using var stopped = await world.Bridge.As(world.ClientKey).PostAsync("/v1/tasks/stop", stop);
        stopped.Status.ShouldBe(HttpStatusCode.OK);
        (await standby.ScalarAsync<long>("select count(*) from bridge.tasks where ended_at is null")).ShouldBe(0);
    }

    [Fact]
    public async Task To_an_asynchronous_standby_what_it_had_not_been_sent_is_lost_until_it_is_registered_again()
    {
        await using var primary = await MortalPostgres.StartAsync();
        await using var standby = await primary.StandbyAsync(isSynchronous: false);
        await using var world = await FaultWorld.StartAsync(primary, primary.ConnectionStringWith(standby));
        // Nothing ends meanwhile, so that all of it is open to its callers.
        await world.Bridge.ClientOf(BridgeApplication.AdminKey).HoldAsync(new(HoldKinds.Polling), Cancellation);
        var before = await world.RegisterAsync(5);
        await Wait.UntilAsync(async () => await standby.Database.CountAsync("bridge.tasks") == before.Count, "the standby has them");

        await standby.StopAsync();
        var after = await world.RegisterAsync(5);
        await primary.KillAsync();
        await standby.StartAsync();
        await standby.PromoteAsync();
        world.Database = standby.Database;

        (await standby.ScalarAsync<string[]>("select array_agg(task_id) from bridge.tasks")).ShouldBe(before, ignoreOrder: true);
        foreach (var id in before.Concat(after))
            await Wait.UntilAsync(() => world.TryRegisterAsync(id), "it is registered again");
        (await standby.ScalarAsync<long>("select count(*) from bridge.tasks")).ShouldBe(before.Count + after.Count);
        await world.Bridge.ClientOf(BridgeApplication.AdminKey).ReleaseAsync(new(HoldKinds.Polling), Cancellation);
        await world.ShouldHaveLostNothingAsync();
    }
}
