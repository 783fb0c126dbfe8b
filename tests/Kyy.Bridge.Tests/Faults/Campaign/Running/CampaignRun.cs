using System.Collections.Concurrent;
using System.Globalization;
using Kyy.Bridge.Tests.Faults.Campaign.Judging;
using Kyy.Bridge.Tests.Faults.Campaign.Planning;

namespace Kyy.Bridge.Tests.Faults.Campaign.Running;

/// <summary>A campaign from its begin to what is known after it.</summary>
internal sealed class CampaignRun(CampaignPlan plan, Action<string> say)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5), LookEvery = TimeSpan.FromSeconds(0.5);

    // Schedules of receivers that never accept, deadlines, leases of whoever died last.
    private static readonly TimeSpan LongestDrain = TimeSpan.FromMinutes(2);

    private readonly Chronicle _chronicle = new();
    private readonly ConcurrentQueue<Answer> _answers = [];
    private long _begin;

    public async Task<Evidence> RunAsync(CancellationToken cancellation)
    {
        await using var stage = await Stage.StartAsync(plan);
        await using var fleet = new Fleet(plan, stage, _chronicle);
        await fleet.StartAsync();
        using var clients = await Clients.MakeAsync(fleet.Ready[0].Address!, stage, cancellation);
        await using var witness = new Witness(stage);
        _begin = TimeProvider.System.GetTimestamp();

        var registrar = new Registrar(plan, stage, fleet, clients, _answers);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watching = Task.WhenAll(new Prober(fleet, clients, _answers).RunAsync(over.Token), TellAsync(stage, registrar, over.Token));
        await Task.WhenAll(
            registrar.RunAsync(() => !HaveEnoughDied(), cancellation), new Saboteur(plan, stage, fleet, _chronicle).RunAsync(cancellation));

        say($"{At()}  no more faults; waiting until all has ended and been told");
        fleet.Calm();
        var reader = new EvidenceReader(stage, witness);
        await DrainAsync(reader, cancellation);
        await over.CancelAsync();
        await watching;
        await witness.WhenAllWereLookedForAsync();
        var evidence = await reader.ReadAsync(registrar.Tasks);
        return evidence with { Occurrences = _chronicle.Occurrences, Answers = [.. _answers] };
    }

    // Points are reached by work, and so in their own time: as long again at most, with as much work.
    private bool HaveEnoughDied() =>
        QuotaJudge.AreMet(plan, _chronicle.Occurrences) || TimeProvider.System.GetElapsedTime(_begin) > plan.Length * 2;

    private static async Task DrainAsync(EvidenceReader reader, CancellationToken cancellation)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (await reader.OpenAsync() is not (0, 0) && TimeProvider.System.GetElapsedTime(begin) < LongestDrain)
            await Task.Delay(LookEvery, TimeProvider.System, cancellation);
    }

    private async Task TellAsync(Stage stage, Registrar registrar, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Between, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                var received = stage.Receivers.Values.Sum(receiver => receiver.Webhooks.Count);
                var kills = _chronicle.Count(one => one.Kind == OccurrenceKind.Died);
                var outages = _chronicle.Count(one => one.Kind == OccurrenceKind.DatabaseAway);
                say(string.Create(CultureInfo.InvariantCulture,
                    $"{At()}  {registrar.Accepted} registered, {stage.Upstream.Report().Polls} polls, {received} webhooks, {kills} kills, "
                    + $"{outages} times without the database"));
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private string At() => TimeProvider.System.GetElapsedTime(_begin).ToString(@"mm\:ss", CultureInfo.InvariantCulture);
}
