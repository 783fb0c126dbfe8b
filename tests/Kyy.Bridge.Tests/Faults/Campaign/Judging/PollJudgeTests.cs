using static Kyy.Bridge.Tests.Faults.Campaign.Judging.Ledger;

namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

public sealed class PollJudgeTests
{
    private static readonly SeenPoll Early = Poll(1.5) with { Gap = Seconds(1.4), WasTooEarly = true };

    private static readonly SeenPoll AfterEnd = Poll(6.4) with { Gap = Seconds(2.2), CameAfterTheEnd = true };

    [Fact]
    public void Judge_UnderTheMinimum_IsTooEarly() => Found(With(Poll(0.1), Early)).ShouldBe([FindingKind.PolledTooEarly]);

    [Fact]
    public void Judge_UnderTheMinimumByAProcessThatHasJustGoneOn_IsCountedApart()
    {
        var tally = Judge(With(Poll(0.1), Early) with { Occurrences = [Occurred(OccurrenceKind.Frozen, -5, 1.4, 1)] });

        tally.Findings.ShouldBeEmpty();
        tally.Counts.Keys.ShouldContain(what => what.StartsWith("too early, by replica 1"));
    }

    [Fact]
    public void Judge_UnderTheMinimumLongAfterAProcessWentOn_IsTooEarly() =>
        Found(With(Poll(0.1), Early) with { Occurrences = [Occurred(OccurrenceKind.Frozen, -9, -1, 1)] })
            .ShouldBe([FindingKind.PolledTooEarly]);

    [Fact]
    public void Judge_RepeatedOnAFreshConnection_IsCountedApart() => Found(With(Poll(0.1) with { Fault = "reset" }, Early)).ShouldBeEmpty();

    [Theory]
    [InlineData(1.8, 0.4, true)]
    [InlineData(1.7, 0.4, false)]
    [InlineData(1.8, 1.2, false)]
    public void Judge_ALittleUnderTheMinimumAfterItsAskerDied_IsExplainedByItsColdStart(double gap, double died, bool isExplained) =>
        Found(With(Poll(0.1), Poll(0.1 + gap) with { Gap = Seconds(gap), WasTooEarly = true }) with
        {
            Occurrences = [Occurred(OccurrenceKind.Died, died, 1.4, 0)],
        }).ShouldBe(isExplained ? [] : [FindingKind.PolledTooEarly]);

    [Fact]
    public void Judge_AfterAnEndThatWasToldToNobody_IsAnyPoll() =>
        Found(With([.. Sound.Polls.SkipLast(1), Sound.Polls[^1] with { SentAt = null }, AfterEnd])).ShouldBeEmpty();

    [Fact]
    public void Judge_AfterTheEndThoughNobodyDied_IsFound() =>
        Found(With([.. Sound.Polls, AfterEnd])).ShouldBe([FindingKind.PolledAfterEnd]);

    [Theory]
    [InlineData(4.9, true)]
    [InlineData(5.5, false)]
    public void Judge_AfterTheEndForItsAskerDied_IsExplainedWithinASecond(double died, bool isExplained) =>
        Found(With([.. Sound.Polls, AfterEnd]) with { Occurrences = [Occurred(OccurrenceKind.Died, died, 9, 0)] })
            .ShouldBe(isExplained ? [] : [FindingKind.PolledAfterEnd]);

    [Fact]
    public void Judge_GapWithoutAReason_IsLate() => Found(With(Poll(0.1), Poll(4.5))).ShouldBe([FindingKind.PolledLate]);

    [Fact]
    public void Judge_GapForAReplicaDied_IsCountedApart()
    {
        var tally = Judge(With(Poll(0.1), Poll(5.5)) with { Occurrences = [Occurred(OccurrenceKind.Died, 1, 4, 0)] });

        tally.Findings.ShouldBeEmpty();
        tally.Counts["gaps over the maximum: a replica died"].ShouldBe(1);
    }

    [Fact]
    public void Judge_NotAskedAboutLongAfterAReplicaDied_CameBackLate() =>
        Found(With(Poll(0.1), Poll(20)) with { Occurrences = [Occurred(OccurrenceKind.Died, 1, 4, 0)] })
            .ShouldBe([FindingKind.CameBackLate]);

    private static Evidence With(params SeenPoll[] polls) => Sound with { Polls = polls };
}
