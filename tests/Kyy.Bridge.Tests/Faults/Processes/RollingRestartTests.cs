using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Processes;

/// <summary>Replicas that are replaced one after another by SIGTERM, while tasks come in, run and end.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class RollingRestartTests(PostgresServer server)
{
    [Fact]
    public async Task A_rolling_restart_under_load_loses_nothing_and_sends_nothing_twice()
    {
        await using var fleet = await Fleet.StartAsync(server);
        var serving = (await Task.WhenAll(fleet.JoinAsync(), fleet.JoinAsync())).ToList();
        await fleet.ClientOfAsync(serving[0]);
        using var enough = new CancellationTokenSource();
        var load = RegisterUntilAsync(fleet, () => serving[^1], enough.Token);

        for (var restarts = 0; restarts < serving.Count; restarts++)
        {
            var old = serving[0];
            serving = [.. serving.Skip(1), await fleet.JoinAsync()];
            (await old.TerminateAsync()).ShouldBe(0, old.Output);
        }

        await enough.CancelAsync();
        await load;
        Soak.Say($"{fleet.Registered.Count} tasks were registered meanwhile.");
        await fleet.ShouldHaveLostNothingAsync(World.Patience);
        fleet.ShouldHavePolledInTime();
        fleet.Duplicates().ShouldBe(0);
    }

    // Few at a time, again and again, with whom a load balancer would choose: not one that is about to stop.
    private static async Task RegisterUntilAsync(Fleet fleet, Func<BridgeProcess> balancer, CancellationToken enough)
    {
        for (var round = 0; !enough.IsCancellationRequested; round++)
        {
            await fleet.RegisterAsync(balancer(), $"round-{round}", 5, EmulatedStatus.Processing, EmulatedStatus.Completed);
            await fleet.UntilPolledAsync($"round-{round}", 1, World.Patience);
        }
    }
}
