using FsCheck;
using FsCheck.Fluent;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Tests.Upstream;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>
/// What becomes of a task after any answer whatever, by way of the reader and the judge. A property that fails says with which seed and
/// which answer: <c>Config.WithReplay</c> of that seed runs it again.
/// </summary>
public sealed class JudgedAnswersTests
{
    private const int Answers = 4_000, ThreeMore = 3, ThirdInARow = 2;

    // The one family whose record has a documented life.
    private static readonly ModelFamily Family = ModelCatalogue.Documented.Find(Families.Seedance15)!;

    private static readonly string[] UpstreamsOwn = [TaskStatuses.Completed, TaskStatuses.Failed, TaskStatuses.Cancelled];

    private readonly Judge _judge = new(ModelCatalogue.Documented);

    private static Gen<DueTask> AnyTask { get; } =
        from status in Gen.Elements(TaskStatuses.Registered, TaskStatuses.Queued, TaskStatuses.Processing)
        from notFound in Gen.Choose(0, 3)
        from urlMissing in Gen.Choose(0, 4)
        from age in Gen.Elements(
            TimeSpan.FromSeconds(1), Family.NotFoundGrace, TimeSpan.FromHours(23), TimeSpan.FromHours(25))
        from left in Gen.Elements(
            TimeSpan.FromHours(1), TimeSpan.FromTicks(1), TimeSpan.Zero, TimeSpan.FromHours(-1), TimeSpan.FromHours(-25))
        select new DueTask
        {
            Id = new("0198c000-0000-7000-8000-000000000001"),
            ClientId = Guid.Empty,
            TaskId = "",
            UpstreamKeyId = Guid.Empty,
            Family = Family.Id,
            Tier = ServiceTiers.Default,
            Status = status,
            Polls = 3,
            NotFound = notFound,
            UrlMissing = urlMissing,
            Age = age,
            RegisteredFor = age,
            DeadlineIn = left,
        };

    [Fact]
    public void Any_answer_has_a_verdict_and_only_an_understood_end_of_the_right_id_ends_a_task_as_the_upstream_s()
    {
        var ends = new Dictionary<string, int>();
        var cases = Arb.From(
            from task in AnyTask
            from answer in GeneratedAnswers.Any.Generator
            from doubt in Gen.Elements(true, false)
            select (task, answer, doubt));
        Check(cases, one =>
        {
            if (StatusOf(one.task, one.answer, one.doubt) is not { } status) return;
            IsFounded(status, one.task, one.answer, one.doubt).ShouldBeTrue($"{status}: {one.task}, {one.answer}");
            ends[status] = ends.GetValueOrDefault(status) + 1;
        });

        // Otherwise the property would say nothing.
        string[] all =
            [.. UpstreamsOwn, TaskStatuses.CompletedWithoutUrl, TaskStatuses.Expired, TaskStatuses.Lost, TaskStatuses.TimedOut];
        ends.Keys.ShouldBe(all, ignoreOrder: true);
    }

    [Fact]
    public void Any_answer_about_another_task_ends_none_that_is_within_its_limits() => Check(
        Arb.From(from task in AnyTask from answer in GeneratedAnswers.Any.Generator select (task, answer)),
        one =>
        {
            var within = one.task with { DeadlineIn = TimeSpan.FromHours(1), NotFound = 0 };
            StatusOf(within, one.answer with { AskedId = "another task" }, doubtsRoute: false).ShouldBeNull($"{one.task}, {one.answer}");
        });

    [Fact]
    public void Every_well_formed_end_of_the_right_task_ends_it_whatever_its_deadline() => Check(
        Arb.From(from task in AnyTask from ends in GeneratedAnswers.Ends.Generator select (task, ends)),
        one =>
        {
            var status = StatusOf(one.task, one.ends.Answer, doubtsRoute: false);
            // A link that is not there yet may be waited for.
            string?[] expected = one.ends.End != "completed" ? [one.ends.End]
                : one.task.UrlMissing >= ThreeMore ? [TaskStatuses.Completed, TaskStatuses.CompletedWithoutUrl] : [TaskStatuses.Completed, null];
            expected.ShouldContain(status, $"{one.task}, {one.ends.Answer}");
        });

    private static bool IsFounded(string status, DueTask task, GeneratedAnswer answer, bool doubtsRoute)
    {
        var understood = AnswerOracle.End(answer);
        var isMissing = !doubtsRoute && task.NotFound >= ThirdInARow && task.RegisteredFor >= Family.NotFoundGrace;
        return status switch
        {
            TaskStatuses.CompletedWithoutUrl => understood == "completed" && task.UrlMissing >= ThreeMore,
            TaskStatuses.Expired => understood == "expired" || (isMissing && task.Age > Family.RecordLife),
            TaskStatuses.Lost => isMissing && task.Age <= Family.RecordLife,
            // Where something is there twice, not to understand it is caution.
            TaskStatuses.TimedOut => task.DeadlineIn <= TimeSpan.Zero && (understood is null || !AnswerOracle.IsPlain(answer)),
            _ => UpstreamsOwn.Contains(status) && status == understood,
        };
    }

    private string? StatusOf(DueTask task, GeneratedAnswer answer, bool doubtsRoute)
    {
        var reply = UpstreamReplyReader.Read(
            new(answer.AskedId, answer.StatusCode, answer.RetryAfter, answer.Body, Tests.Upstream.Answers.Mask, Tests.Upstream.Answers.Now));
        var excerpt = AnswerExcerpt.Of(answer.Body, Tests.Upstream.Answers.Mask);
        return _judge.Of(task with { TaskId = answer.AskedId }, reply, Tests.Upstream.Answers.Now, doubtsRoute, excerpt) is Verdict.Ended ended
            ? ended.Outcome.Status
            : null;
    }

    private static void Check<T>(Arbitrary<T> arbitrary, Action<T> property) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(Answers).WithQuietOnSuccess(true), Prop.ForAll(arbitrary, property));
}
