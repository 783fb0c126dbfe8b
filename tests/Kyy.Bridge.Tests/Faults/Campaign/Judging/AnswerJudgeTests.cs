using static Kyy.Bridge.Tests.Faults.Campaign.Judging.Ledger;

namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

public sealed class AnswerJudgeTests
{
    private const string Api = "/v1/tasks", Problem = "application/problem+json";

    private static readonly Occurrence Away = Occurred(OccurrenceKind.DatabaseAway, 99, 103);

    [Fact]
    public void Judge_UnavailableWhileTheDatabaseIsAway_IsPromised() => Found(With(Api, 503, Problem, 4.9), Away).ShouldBeEmpty();

    [Fact]
    public void Judge_UnavailableWhileTheDatabaseIsThere_IsWrong() => Found(With(Api, 503, Problem)).ShouldBe([FindingKind.WrongAnswer]);

    [Fact]
    public void Judge_UnavailableAsSomethingElse_IsWrong() => Found(With(Api, 503, "text/html"), Away).ShouldBe([FindingKind.WrongAnswer]);

    [Fact]
    public void Judge_UnavailableAfterTooLong_IsWrong() => Found(With(Api, 503, Problem, 6), Away).ShouldBe([FindingKind.WrongAnswer]);

    [Fact]
    public void Judge_Defect_IsWrong() => Found(With(Api, 500, Problem), Away).ShouldBe([FindingKind.WrongAnswer]);

    [Fact]
    public void Judge_BrokenOff_IsWrongUnlessItsReplicaDied()
    {
        Found(With(Api, null, null), Occurred(OccurrenceKind.Died, 100.1, 104, 1)).ShouldBe([FindingKind.WrongAnswer]);
        Found(With(Api, null, null), Occurred(OccurrenceKind.Died, 100.1, 104, 0)).ShouldBeEmpty();
    }

    [Fact]
    public void Judge_NotAlive_IsWrong() => Found(With(AnswerJudge.Live, 503, Problem), Away).ShouldBe([FindingKind.WrongAnswer]);

    [Fact]
    public void Judge_NotReadyThoughAllIsWell_IsWrong() => Found(With(AnswerJudge.Ready, 503, Problem)).ShouldBe([FindingKind.WrongAnswer]);

    [Fact]
    public void Judge_ReadyByAWrongClock_IsWrong()
    {
        var clock = Occurred(OccurrenceKind.WrongClock, 80, 120, 0, "clock +10 min");

        Found(With(AnswerJudge.Ready, 200, "application/json"), clock).ShouldBe([FindingKind.WrongAnswer]);
        Found(With(AnswerJudge.Ready, 503, Problem), clock).ShouldBeEmpty();
    }

    private static FindingKind[] Found(Answer answer, params Occurrence[] occurrences) =>
        Ledger.Found(Sound with { Answers = [answer], Occurrences = occurrences });

    private static Answer With(string what, int? status, string? type, double took = 0.2) =>
        new(At(100), Seconds(took), what, 0, status, type);
}
