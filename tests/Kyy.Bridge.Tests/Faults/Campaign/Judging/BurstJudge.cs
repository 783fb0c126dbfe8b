using Kyy.Bridge.Tests.Faults.Campaign.Planning;

namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

/// <summary>Whether what came due while the upstream was down came back over a window, and not at once.</summary>
internal static class BurstJudge
{
    // In the first quarter of a window the rate grows from a tenth to a quarter: 3.6 % of what the whole rate would make in a window.
    // All at the whole rate are 25 %, and one of two replicas 13 %. Between: what waited for its turn comes as well.
    private const double Part = 0.25, MostShare = 0.06;

    public static void Judge(Evidence evidence, Disturbances disturbances, Tally tally)
    {
        SeenPoll[] polls = [.. evidence.Polls.OrderBy(poll => poll.At)];
        foreach (var outage in evidence.Occurrences.Where(one => one.Kind == OccurrenceKind.UpstreamDown))
        {
            // The first good answer opens the lane again; the probe before it was one call.
            if (polls.FirstOrDefault(poll => poll.At >= outage.Until && poll.StatusCode == 200) is not { } first) continue;
            var until = first.At + (CampaignSettings.Min * Part);
            if (disturbances.Any(outage.From, until, OccurrenceKind.DatabaseAway)) continue;
            var came = polls.Count(poll => poll.At >= first.At && poll.At <= until);
            tally.Count("returns of the upstream");
            tally.Count("polls right after returns of the upstream", came);
            if (came <= Most) continue;
            tally.Break(FindingKind.Burst, "",
                $"{came} polls within {(until - first.At).TotalSeconds:0.0} s after the upstream's return "
                + $"at {first.At:HH:mm:ss.fff}, and {Most} are allowed");
        }
    }

    private static int Most => (int)(CampaignSettings.Rate * CampaignSettings.Min.TotalSeconds * MostShare);
}
