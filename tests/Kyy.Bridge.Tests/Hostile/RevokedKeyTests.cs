using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>The operator's own key is revoked, for everybody, and later taken again.</summary>
public sealed class RevokedKeyTests(PostgresServer server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_tasks_and_their_deadlines_wait_and_one_answered_call_brings_them_back()
    {
        await using var world = await World.StartAsync(server, ("Bridge:Families:starvideos:Deadline", "3s"));
        world.Upstream.Revoke(BridgeApplication.UpstreamKey);
        var tasks = new List<BridgeTask>();
        foreach (var _ in Enumerable.Range(0, 3)) tasks.Add(await RegisterAsync(world));

        await Wait.UntilAsync(
            async () => await world.Bridge.Database.ScalarAsync<bool>(
                """
                select bool_and(deadline_at < now()) and exists (select 1 from bridge.upstream_budgets where state = 'rejected')
                from bridge.tasks
                """),
            "the key is refused, and every deadline has passed", Patience);
        (await LiveAsync(world)).ShouldBe(tasks.Count);
        world.Upstream.Accept(BridgeApplication.UpstreamKey);

        await Wait.UntilAsync(async () => await LiveAsync(world) == 0, "every task has its end", Patience);
        foreach (var task in tasks)
            (await world.Client.GetTaskAsync(task.Id, Cancellation)).Status.ShouldBe(TaskStatuses.Completed);
        (await world.Bridge.Database.ListAsync<string>("select type from bridge.events where task_id is null order by created_at"))
            .ShouldBe([EventTypes.UpstreamKeyRejected, EventTypes.UpstreamKeyRestored]);
        var violations = world.Upstream.Report().Violations;
        violations.Where(kind => kind.Key != Violation.WrongKey).Sum(kind => kind.Value).ShouldBe(0);
    }

    private static Task<BridgeTask> RegisterAsync(World world) => world.Client.RegisterAsync(
        new()
        {
            TaskId = world.Upstream.Tasks.Create(new() { Family = EmulatedFamily.StarVideos, Statuses = [EmulatedStatus.Completed] }).Id,
            Family = EmulatedFamily.StarVideos.Name,
        },
        cancellationToken: Cancellation);

    private static Task<long> LiveAsync(World world) =>
        world.Bridge.Database.ScalarAsync<long>("select count(*) from bridge.tasks where ended_at is null");
}
