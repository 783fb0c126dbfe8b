using Kyy.Bridge.Tests.Faults.Campaign.Planning;
using static Kyy.Bridge.Tests.Faults.Campaign.Judging.Ledger;

namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

public sealed class QuotaJudgeTests
{
    private static readonly CampaignPlan Plan = CampaignPlan.Of(1, 1);

    private static readonly Occurrence[] Enough =
    [
        Occurred(OccurrenceKind.DatabaseAway, 1, 2, words: "PostgreSQL killed"),
        .. Deaths.All.SelectMany(point =>
            Enumerable.Repeat(Occurred(OccurrenceKind.Died, 1, 2, 0, Deaths.WordOf(point)), Plan.Kills)),
    ];

    [Fact]
    public void AreMet_EachPointOftenEnough_IsTrue() => QuotaJudge.AreMet(Plan, Enough).ShouldBeTrue();

    [Fact]
    public void AreMet_NobodyDiedAtOneOfThem_IsFalse() =>
        QuotaJudge.AreMet(Plan, [.. Enough.Where(one => one.Words != "killed after-post")]).ShouldBeFalse();

    [Fact]
    public void AreMet_PostgresLivedOn_IsFalse() => QuotaJudge.AreMet(Plan, Enough[1..]).ShouldBeFalse();
}
