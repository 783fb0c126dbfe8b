using Kyy.Bridge.Tests.Faults.Campaign.Planning;

namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

/// <summary>What a campaign has shown: a pure function of what was planned and of what is known after it.</summary>
/// <param name="Findings">Promises that were broken; none where it has passed.</param>
/// <param name="Counts">How often what happened, explained things included.</param>
internal sealed record Verdict(IReadOnlyList<Finding> Findings, IReadOnlyDictionary<string, int> Counts)
{
    public static Verdict Of(CampaignPlan plan, Evidence evidence)
    {
        var tally = new Tally();
        QuotaJudge.Judge(plan, evidence, tally);
        Judge(evidence, tally);
        return new(tally.Findings, tally.Counts);
    }

    /// <summary>Whether every promise was kept.</summary>
    public static void Judge(Evidence evidence, Tally tally)
    {
        var disturbances = new Disturbances(evidence.Occurrences);
        EndJudge.Judge(evidence, tally);
        WebhookJudge.Judge(evidence, disturbances, tally);
        PollJudge.Judge(evidence, disturbances, tally);
        BurstJudge.Judge(evidence, disturbances, tally);
        AnswerJudge.Judge(evidence, disturbances, tally);
    }
}
