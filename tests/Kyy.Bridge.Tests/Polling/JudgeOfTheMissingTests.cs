using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Polling;

/// <summary>Tasks that the upstream refuses or does not find: whose fault that is, and what is kept of it.</summary>
public sealed class JudgeOfTheMissingTests
{
    private static readonly DateTimeOffset ReadAt = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Overdue = TimeSpan.Zero;

    private static readonly DueTask Task = new()
    {
        Id = new("0198c000-0000-7000-8000-000000000001"),
        ClientId = Guid.Empty,
        TaskId = "video_1",
        UpstreamKeyId = Guid.Empty,
        Family = "veo",
        Tier = ServiceTiers.Default,
        Status = TaskStatuses.Processing,
        Polls = 3,
        Age = TimeSpan.FromMinutes(20),
        RegisteredFor = TimeSpan.FromMinutes(20),
        DeadlineIn = TimeSpan.FromHours(20),
    };

    private readonly Judge _judge = new(ModelCatalogue.Documented);

    [Theory]
    [InlineData(20, 2, "lost upstream_forbidden")] // The third in a row, and old enough to be readable.
    [InlineData(20, 1, "alive 2")]
    [InlineData(5, 2, "alive 0")] // Young: it may become readable.
    public void What_a_key_may_not_see_counts_as_not_found_once_the_key_is_known_to_work(int minutes, int notFound, string told)
    {
        var task = Task with { RegisteredFor = TimeSpan.FromMinutes(minutes), NotFound = notFound };

        var verdict = _judge.OfForbidden(new(task, 403), ReadAt);

        (verdict switch
        {
            Verdict.Ended ended => $"{ended.Outcome.Status} {ended.Outcome.Error!.Code}",
            Verdict.News news => $"alive {news.Reading.NotFound}",
            _ => "",
        }).ShouldBe(told);
    }

    [Fact]
    public void A_refusal_that_may_have_been_the_key_s_counts_for_nothing_not_even_past_the_deadline()
    {
        var task = Task with { NotFound = 2, DeadlineIn = Overdue };

        var reading = _judge.OfForbidden(new(task, 401) { IsCertain = false }, ReadAt).ShouldBeOfType<Verdict.News>().Reading;

        reading.NotFound.ShouldBe(2);
        reading.Trouble.ShouldBe(new TaskTrouble("forbidden", 401));
    }

    [Fact]
    public void Not_found_where_nothing_is_found_ends_nothing()
    {
        var task = Task with { NotFound = 2 };

        _judge.Of(task, new UpstreamReply.NotFound(404), ReadAt, routeIsDoubtful: true)
            .ShouldBeOfType<Verdict.OfTheLane>().Trouble.ShouldBe(new TaskTrouble("wrong_route", 404));
    }

    [Theory]
    [InlineData(20, 20, true)]
    [InlineData(5, 5, false)] // Not readable yet, perhaps.
    [InlineData(20, 60 * 25, false)] // Its record is past its life.
    public void Only_tasks_that_should_be_there_are_evidence_against_the_route(int registeredMinutes, int ageMinutes, bool expected) => _judge.ShouldBeThere(
        Task with { Family = "seedance15", RegisteredFor = TimeSpan.FromMinutes(registeredMinutes), Age = TimeSpan.FromMinutes(ageMinutes) }).ShouldBe(expected);

    [Fact]
    public void What_the_answer_looked_like_is_kept_where_it_told_nothing()
    {
        News(_judge.Of(Task, new UpstreamReply.NotUnderstood(NotUnderstoodReason.StatusUnknown, UpstreamFacts.None with { RawStatus = "baking" }), ReadAt,
            excerpt: """{"status":"baking"}""")).Trouble!.Detail.ShouldBe("""{"status":"baking"}""");
        News(_judge.Of(Task, new UpstreamReply.NotOurs(NotOursReason.ForeignId), ReadAt)).Trouble!.Detail.ShouldBe("foreign_id");

        static Reading News(Verdict verdict) => verdict.ShouldBeOfType<Verdict.News>().Reading;
    }
}
