using System.Net;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Tests.Faults.Database;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults;

/// <summary>What the runbook says of a restore, in the middle of the work.</summary>
public sealed class RestoredBackupTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Held_and_registered_again_and_released_nothing_is_lost_and_every_end_keeps_its_id()
    {
        await using var postgres = await MortalPostgres.StartAsync();
        await using var world = await FaultWorld.StartAsync(postgres);
        // An end before the back-up, ends after it of what was registered before, and what was registered after it.
        await world.RegisterAsync(3);
        await Wait.UntilAsync(
            async () => await postgres.Database.CountAsync("bridge.deliveries where state = 'delivered'") == 3, "three are done", World.Patience);
        await world.Bridge.ClientOf(BridgeApplication.AdminKey).HoldAsync(new(HoldKinds.Polling), Cancellation);
        await world.RegisterAsync(3);
        var backup = await postgres.BackUpAsync();
        await world.Bridge.ClientOf(BridgeApplication.AdminKey).ReleaseAsync(new(HoldKinds.Polling), Cancellation);
        await world.Receiver.WaitForAsync(_ => true, 6, World.Patience);
        await world.Bridge.ClientOf(BridgeApplication.AdminKey).HoldAsync(new(HoldKinds.Polling), Cancellation);
        var lost = await world.RegisterAsync(3);
        var cursor = (await world.Client.ListEventsAsync(cancellationToken: Cancellation)).NextCursor;

        await world.RestartAsync(() => postgres.RestoreAsync(backup), ("Bridge:Delivery:Hold", "true"));
        (await postgres.ScalarAsync<long>("select count(*) from bridge.tasks")).ShouldBe(6);
        using (var expired = await world.Bridge.As(world.ClientKey).GetAsync($"/v1/events?after={cursor}"))
            expired.ShouldBeProblem(HttpStatusCode.Gone, "cursor-expired");
        foreach (var id in lost) (await world.TryRegisterAsync(id)).ShouldBeTrue();
        // The hold of polls is as old as the back-up.
        await world.Bridge.ClientOf(BridgeApplication.AdminKey).ReleaseAsync(new(HoldKinds.Polling), Cancellation);
        await Wait.UntilAsync(
            async () => await postgres.Database.CountAsync("bridge.tasks where ended_at is null") == 0, "all have ended again", World.Patience);
        world.Receiver.Webhooks.Count.ShouldBe(6);

        await world.RestartAsync(null);
        await world.ShouldHaveLostNothingAsync(isPolledInTime: false);
        // Of the three that had ended before, each came once more.
        world.Receiver.Webhooks.Count.ShouldBe(12);
    }
}
