using static Kyy.Bridge.Tests.Faults.Campaign.Judging.Ledger;

namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

public sealed class BurstJudgeTests
{
    private static readonly Occurrence Down = Occurred(OccurrenceKind.UpstreamDown, 100, 104);

    [Theory]
    [InlineData(10, false)]
    [InlineData(120, true)]
    public void Judge_SoManyAtOnceWhenTheUpstreamIsBack_IsABurst(int polls, bool isBurst) =>
        Found(Sound with { Occurrences = [Down], Polls = [.. Sound.Polls, .. Back(polls)] }).ShouldBe(isBurst ? [FindingKind.Burst] : []);

    [Fact]
    public void Judge_AsManyOverAWindow_IsNone()
    {
        var spread = Enumerable.Range(0, 120).Select(number => Poll(104.2 + (number * 2 / 120.0)) with { TaskId = $"task-{number}" });

        Found(Sound with { Occurrences = [Down], Polls = [.. Sound.Polls, .. spread] }).ShouldBeEmpty();
    }

    private static IEnumerable<SeenPoll> Back(int polls) =>
        Enumerable.Range(0, polls).Select(number => Poll(104.2 + (number * 0.4 / polls)) with { TaskId = $"task-{number}" });
}
