using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Journeys;

/// <summary>An operator has polling wait on the whole service, with two replicas, and lets it go on.</summary>
public sealed class HoldTests(PostgresServer server)
{
    private const int Count = 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Polling_ThatWasHeldAcrossAStart_GoesOnWithoutAMissAndKeepsTheMinimum()
    {
        await using var world = await World.StartAsync(server);
        var admin = world.Bridge.ClientOf(BridgeApplication.AdminKey);
        var tasks = Enumerable.Range(0, Count).Select(_ => world.Upstream.Tasks.Create(new NewTask
        {
            Family = EmulatedFamily.All[0],
            Statuses = [EmulatedStatus.Queued, EmulatedStatus.Processing, EmulatedStatus.Completed],
        })).ToArray();
        await world.Client.RegisterBatchAsync(
            [.. tasks.Select(task => new TaskRegistration { TaskId = task.Id, CallbackUrl = world.Receiver.Hook().AbsoluteUri })],
            cancellationToken: Cancellation);
        await Wait.UntilAsync(() => Task.FromResult(world.Upstream.Report().Polls >= Count), "each was asked about", World.Patience);

        await admin.HoldAsync(new(HoldKinds.Polling), Cancellation);
        // What was claimed before goes out still, and moves on what is due: all of them being due for a second, nobody claims.
        await WhenDueForAsync(world, TimeSpan.FromSeconds(1));
        var asked = world.Upstream.Report().Polls;
        // A process that starts meanwhile is held from its first look on.
        await using var second = await BridgeApplication.StartAsync(
            world.Bridge.Database, null, ownsDatabase: false, null, [.. World.Settings(world.Upstream.BaseUrl)]);
        await Wait.UntilAsync(
            async () => (await admin.GetStatsAsync(Cancellation)).Replicas.Count == 2, "the second replica is at work", World.Patience);
        await WhenDueForAsync(world, TimeSpan.FromSeconds(4));
        world.Upstream.Report().Polls.ShouldBe(asked);
        (await admin.GetStatsAsync(Cancellation)).Tasks.Due.ShouldBe(0);

        await admin.ReleaseAsync(new(HoldKinds.Polling), Cancellation);

        await world.Receiver.WaitForAsync(_ => true, Count, World.Patience);
        world.Upstream.Report().Violations[Violation.TooEarly].ShouldBe(0);
    }

    private static Task WhenDueForAsync(World world, TimeSpan time) => Wait.UntilAsync(
        async () =>
        {
            await using var command = world.Bridge.Database.DataSource.CreateCommand(
                "select count(*) from bridge.tasks where ended_at is null and next_poll_at < now() - $1");
            command.Parameters.Add(new() { Value = time });
            return await command.ExecuteScalarAsync(Cancellation) is (long)Count;
        },
        $"all tasks have been due for {time}",
        World.Patience);
}
