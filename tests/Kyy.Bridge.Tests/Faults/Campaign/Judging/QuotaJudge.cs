using Kyy.Bridge.Replica.Kills;
using Kyy.Bridge.Tests.Faults.Campaign.Planning;

namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

/// <summary>Whether as much went wrong as was planned: a campaign without faults would pass.</summary>
internal static class QuotaJudge
{
    public static bool AreMet(CampaignPlan plan, IReadOnlyList<Occurrence> occurrences) => !Missing(plan, occurrences).Any();

    public static void Judge(CampaignPlan plan, Evidence evidence, Tally tally)
    {
        foreach (var point in Deaths.All) tally.Count($"deaths: {Deaths.WordOf(point)}", Died(evidence.Occurrences, point));
        foreach (var away in evidence.Occurrences.Where(one => one.Kind == OccurrenceKind.DatabaseAway))
            tally.Count($"outages: {away.Words}");
        tally.Count("times of a bad upstream",
            evidence.Occurrences.Count(one => one.Kind is OccurrenceKind.UpstreamDown or OccurrenceKind.UpstreamOdd));
        tally.Count("replicas frozen", evidence.Occurrences.Count(one => one.Kind == OccurrenceKind.Frozen));
        tally.Count("replicas asked to end", evidence.Occurrences.Count(one => one.Kind == OccurrenceKind.Restarted));
        foreach (var missing in Missing(plan, evidence.Occurrences)) tally.Break(FindingKind.TooFewFaults, "", missing);
        var accepted = evidence.Registered.Count(task => task.AcceptedAt is not null);
        if (accepted < plan.Tasks) tally.Break(FindingKind.TooFewFaults, "", $"{accepted} of {plan.Tasks} tasks were accepted");
        foreach (var ended in evidence.Occurrences.Where(one => one.Words.StartsWith("ended by itself", StringComparison.Ordinal)))
            tally.Break(FindingKind.WrongAnswer, "", $"replica {ended.Replica} at {ended.From:HH:mm:ss.fff} {ended.Words}");
    }

    private static IEnumerable<string> Missing(CampaignPlan plan, IReadOnlyList<Occurrence> occurrences)
    {
        foreach (var point in Deaths.All)
        {
            var deaths = Died(occurrences, point);
            if (deaths < plan.KillsAtEach) yield return $"{deaths} deaths {Deaths.WordOf(point)}, and {plan.KillsAtEach} were planned";
        }

        var all = occurrences.Count(one => one.Kind == OccurrenceKind.Died);
        if (all < plan.Kills) yield return $"{all} deaths, and {plan.Kills} were planned";
        var restarts = occurrences.Count(one => one is { Kind: OccurrenceKind.DatabaseAway, Words: "PostgreSQL killed" });
        if (restarts < plan.Minutes) yield return $"{restarts} deaths of PostgreSQL, and {plan.Minutes} were planned";
    }

    private static int Died(IEnumerable<Occurrence> occurrences, KillPoint? point) =>
        occurrences.Count(one => one.Kind == OccurrenceKind.Died && one.Words == Deaths.WordOf(point));
}
