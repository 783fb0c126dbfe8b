using Kyy.Bridge.Tests.Faults.Campaign.Judging;
using Kyy.Bridge.Tests.Faults.Campaign.Planning;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Campaign.Running;

/// <summary>Does what the plan says, when it says it.</summary>
internal sealed class Saboteur(CampaignPlan plan, Stage stage, Fleet fleet, Chronicle chronicle)
{
    // How long the pools of the replicas and what was under way feel it.
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(1);

    private readonly OddUpstream _upstream = new(stage.Upstream.Faults);
    private readonly DatabaseHog _hog = new(stage.Database);

    /// <summary>Returns when all of it is over.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        _upstream.Begin();
        var begin = TimeProvider.System.GetTimestamp();
        var (under, ofDatabase) = (new List<Task>(), Task.CompletedTask);
        foreach (var fault in plan.Faults)
        {
            var wait = fault.At - TimeProvider.System.GetElapsedTime(begin);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, TimeProvider.System, cancellation);
            // Two of the database's would undo each other, should one have taken longer than planned.
            if (fault.IsOfDatabase) await ofDatabase;
            var doing = DoAsync(fault, cancellation);
            under.Add(doing);
            if (fault.IsOfDatabase) ofDatabase = doing;
        }

        await Task.WhenAll(under);
    }

    private Task DoAsync(PlannedFault fault, CancellationToken cancellation) => fault switch
    {
        PlannedFault.DatabaseKilled =>
            WithoutDatabaseAsync("PostgreSQL killed", fault.For, stage.Database.KillAsync, stage.Database.StartAsync, cancellation),
        PlannedFault.DatabaseUnreachable =>
            WithoutDatabaseAsync("PostgreSQL unreachable", fault.For, stage.Database.FreezeAsync, stage.Database.ThawAsync, cancellation),
        PlannedFault.ConnectionsCut =>
            WithoutDatabaseAsync("connections cut", TimeSpan.Zero, _hog.CutAsync, () => Task.CompletedTask, cancellation),
        PlannedFault.ConnectionsExhausted =>
            WithoutDatabaseAsync("connections exhausted", fault.For, _hog.TakeAllAsync, _hog.GiveBackAsync, cancellation),
        PlannedFault.ReplicaFrozen frozen => fleet.Slots[frozen.Replica].FreezeAsync(frozen.For),
        PlannedFault.RollingRestart => RollAsync(),
        PlannedFault.KeysRotated => RotateAsync(),
        PlannedFault.UpstreamOdd odd => OddAsync(odd, cancellation),
        PlannedFault.UpstreamDown down => DownAsync(down, cancellation),
        _ => throw new InvalidOperationException($"{fault.GetType().Name} is not known."),
    };

    private async Task WithoutDatabaseAsync(string words, TimeSpan length, Func<Task> take, Func<Task> give, CancellationToken cancellation)
    {
        var entry = chronicle.Begin(OccurrenceKind.DatabaseAway, null, words);
        await take();
        await Task.Delay(length, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await give();
        entry.End(Aftermath);
    }

    private async Task RollAsync()
    {
        foreach (var slot in fleet.Slots) await slot.RestartAsync();
        chronicle.Tell(OccurrenceKind.Told, null, "rolling restart");
    }

    private async Task RotateAsync()
    {
        // Interrupted by an outage, it is to be said again.
        string[] verb = ["keys", "rotate"];
        var (exitCode, _, error) = await BridgeProcess.RunAsync(verb, [.. stage.Settings()]);
        for (var attempt = 0; exitCode != 0 && attempt < 3; attempt++)
            (exitCode, _, error) = await BridgeProcess.RunAsync([.. verb, "--resume"], [.. stage.Settings()]);
        chronicle.Tell(OccurrenceKind.Told, null, exitCode == 0 ? "ring rotated" : $"ring not rotated: {error}");
    }

    private async Task OddAsync(PlannedFault.UpstreamOdd odd, CancellationToken cancellation)
    {
        var (rule, word) = _upstream.Odd(odd.Kind, odd.Share);
        var entry = chronicle.Begin(OccurrenceKind.UpstreamOdd, null, word);
        await Task.Delay(odd.For, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _upstream.End(rule);
        entry.End();
    }

    private async Task DownAsync(PlannedFault.UpstreamDown down, CancellationToken cancellation)
    {
        var entry = chronicle.Begin(OccurrenceKind.UpstreamDown, null, "503 for all");
        var rule = _upstream.Down();
        await Task.Delay(down.For, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _upstream.End(rule);
        entry.End();
    }
}
