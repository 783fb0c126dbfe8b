using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Tests.Upstream;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Polling;

/// <summary>What each answer means for its task, rule by rule.</summary>
public sealed class JudgeTests
{
    private static readonly DateTimeOffset ReadAt = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Overdue = TimeSpan.Zero, LastLookIsOver = -TimeSpan.FromHours(24);

    private static readonly DueTask Task = new()
    {
        Id = new("0198c000-0000-7000-8000-000000000001"),
        ClientId = Guid.Empty,
        TaskId = "video_1",
        UpstreamKeyId = Guid.Empty,
        Family = "veo",
        Tier = ServiceTiers.Default,
        Model = "veo_3_1_fast",
        Status = TaskStatuses.Processing,
        Polls = 3,
        Age = TimeSpan.FromMinutes(20),
        RegisteredFor = TimeSpan.FromMinutes(20),
        DeadlineIn = TimeSpan.FromHours(20),
    };

    private static readonly UpstreamFacts VeoFacts = UpstreamFacts.None with { Model = "veo_3_1_fast" };

    private readonly Judge _judge = new(ModelCatalogue.Documented);

    // By their place among the replies: a public test cannot take an internal type.
    public static TheoryData<int> LaneTroubles => [.. Indexes(reply =>
        reply is UpstreamReply.WrongRoute or UpstreamReply.KeyRefused or UpstreamReply.Throttled or UpstreamReply.Unreachable)];

    public static TheoryData<int> Untelling => [.. Indexes(reply =>
        reply is UpstreamReply.Waiting or UpstreamReply.NotFound or UpstreamReply.NotOurs or UpstreamReply.NotUnderstood
            or UpstreamReply.NoNews)];

    [Fact]
    public void Every_reply_has_a_verdict_in_time_and_past_the_deadline()
    {
        foreach (var reply in UpstreamReplies.OneOfEach)
        {
            foreach (var left in (TimeSpan[])[TimeSpan.FromHours(1), Overdue, LastLookIsOver])
                Of(Task with { DeadlineIn = left }, reply).ShouldNotBeNull();
        }
    }

    [Fact]
    public void Only_an_understood_terminal_answer_ends_a_task_in_time()
    {
        var ending = UpstreamReplies.OneOfEach.Where(reply => Of(Task, reply) is Verdict.Ended).Select(reply => reply.GetType().Name);

        ending.ShouldBe(["Completed", "Failed", "Cancelled", "Expired"], ignoreOrder: true);
    }

    [Fact]
    public void The_link_of_a_completed_task_is_known_to_die_a_day_after_completion_where_that_is_documented()
    {
        var end = Ended(Task, new UpstreamReply.Completed(["https://cdn.example.test/a.mp4"], VeoFacts with { ActualDuration = 5.5 }));

        end.Status.ShouldBe(TaskStatuses.Completed);
        end.VideoUrls.ShouldBe(["https://cdn.example.test/a.mp4"]);
        end.VideoUrlExpiresAt.ShouldBe(ReadAt + TimeSpan.FromDays(1));
        end.ActualDuration.ShouldBe(5.5m);
        end.Error.ShouldBeNull();
        end.EndedAt.ShouldBe(ReadAt);
        end.EventType.ShouldBe(EventTypes.TaskCompleted);
    }

    [Fact]
    public void Where_the_life_of_a_link_counts_from_creation_an_earlier_answer_s_creation_time_will_do()
    {
        var created = ReadAt - TimeSpan.FromHours(2);
        var seedance = Task with { Family = "seedance15" };
        var completed = new UpstreamReply.Completed(["https://cdn.example.test/a.mp4"], UpstreamFacts.None);

        Ended(seedance with { UpstreamCreatedAt = created }, completed).VideoUrlExpiresAt.ShouldBe(created + TimeSpan.FromDays(1));
        Ended(seedance, completed).VideoUrlExpiresAt.ShouldBeNull();
        Ended(Task with { Family = "videos" }, completed).VideoUrlExpiresAt.ShouldBeNull();
    }

    [Fact]
    public void The_upstream_s_own_ends_carry_its_words()
    {
        var facts = VeoFacts with { Error = new("policy", "no faces") };

        Ended(Task, new UpstreamReply.Failed(facts)).Error.ShouldBe(new TaskError(TaskErrorCodes.UpstreamFailed, "no faces"));
        Ended(Task, new UpstreamReply.Cancelled(facts)).Error.ShouldBe(new TaskError(TaskErrorCodes.UpstreamCancelled, "no faces"));
        Ended(Task, new UpstreamReply.Expired(facts)).Error.ShouldBe(new TaskError(TaskErrorCodes.UpstreamExpired, "no faces"));
    }

    [Fact]
    public void A_terminal_answer_that_comes_past_the_deadline_is_still_the_upstream_s()
    {
        var late = Task with { DeadlineIn = LastLookIsOver };

        Ended(late, new UpstreamReply.Completed(["https://cdn.example.test/a.mp4"], VeoFacts)).Status.ShouldBe(TaskStatuses.Completed);
        Ended(late, new UpstreamReply.Failed(VeoFacts)).Status.ShouldBe(TaskStatuses.Failed);
    }

    [Fact]
    public void Completed_without_a_link_is_asked_three_times_more_and_then_an_end_of_its_own()
    {
        var task = Task;
        for (var polls = 1; polls <= 3; polls++)
        {
            var reading = News(task, new UpstreamReply.CompletedWithoutUrl(VeoFacts));
            reading.UrlMissing.ShouldBe(polls);
            reading.Status.ShouldBe(TaskStatuses.Processing);
            reading.Trouble.ShouldBe(new TaskTrouble("no_url"));
            task = task with { UrlMissing = reading.UrlMissing, ConsecutiveFailures = reading.ConsecutiveFailures };
        }

        var end = Ended(task, new UpstreamReply.CompletedWithoutUrl(VeoFacts));

        end.Status.ShouldBe(TaskStatuses.CompletedWithoutUrl);
        end.Error.ShouldBe(new TaskError(TaskErrorCodes.NoUrl, null));
    }

    [Fact]
    public void A_link_that_comes_after_all_completes()
    {
        Ended(Task with { UrlMissing = 3 }, new UpstreamReply.Completed(["https://cdn.example.test/a.mp4"], VeoFacts))
            .Status.ShouldBe(TaskStatuses.Completed);
    }

    [Fact]
    public void Not_found_is_grace_for_a_young_task_however_often()
    {
        var young = Task with { RegisteredFor = TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1), ConsecutiveFailures = 40 };

        var reading = News(young, new UpstreamReply.NotFound(404));

        reading.NotFound.ShouldBe(0);
        reading.ConsecutiveFailures.ShouldBe(41);
        reading.Trouble.ShouldBe(new TaskTrouble("not_found", 404));
    }

    [Theory]
    [InlineData("veo", 60, TaskStatuses.Lost, TaskErrorCodes.UpstreamNotFound)] // No record life is documented.
    [InlineData("seedance15", 24, TaskStatuses.Lost, TaskErrorCodes.UpstreamNotFound)]
    [InlineData("seedance15", 24.1, TaskStatuses.Expired, TaskErrorCodes.UpstreamExpired)]
    public void Not_found_three_times_in_a_row_is_an_end(string family, double ageInHours, string status, string code)
    {
        var task = Task with { Family = family, Age = TimeSpan.FromHours(ageInHours) };
        for (var times = 1; times <= 2; times++)
        {
            var reading = News(task, new UpstreamReply.NotFound(404));
            reading.NotFound.ShouldBe(times);
            task = task with { NotFound = reading.NotFound };
        }

        var end = Ended(task, new UpstreamReply.NotFound(404));

        end.Status.ShouldBe(status);
        end.Error.ShouldBe(new TaskError(code, null));
    }

    [Fact]
    public void Any_answer_that_speaks_of_the_task_breaks_the_row_of_not_found()
    {
        var missing = Task with { NotFound = 2 };

        News(missing, new UpstreamReply.Waiting(WaitingStatus.Processing, VeoFacts)).NotFound.ShouldBe(0);
        News(missing, new UpstreamReply.NotOurs(NotOursReason.ForeignId)).NotFound.ShouldBe(0);
        News(missing, new UpstreamReply.CompletedWithoutUrl(VeoFacts)).NotFound.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Untelling))]
    public void The_deadline_ends_a_task_only_by_a_question_that_was_asked_past_it(int reply)
    {
        var answer = UpstreamReplies.OneOfEach[reply];

        Of(Task with { DeadlineIn = TimeSpan.FromTicks(1) }, answer).ShouldNotBeOfType<Verdict.Ended>();
        var end = Ended(Task with { DeadlineIn = Overdue }, answer);
        end.Status.ShouldBe(TaskStatuses.TimedOut);
        end.Error.ShouldBe(new TaskError(TaskErrorCodes.Deadline, null));
    }

    [Theory]
    [MemberData(nameof(LaneTroubles))]
    public void Trouble_of_the_lane_ends_no_task_before_a_day_past_its_deadline(int reply)
    {
        var answer = UpstreamReplies.OneOfEach[reply];

        Of(Task with { DeadlineIn = LastLookIsOver + TimeSpan.FromTicks(1) }, answer).ShouldBeOfType<Verdict.OfTheLane>();
        Ended(Task with { DeadlineIn = LastLookIsOver }, answer).Status.ShouldBe(TaskStatuses.TimedOut);
    }

    [Fact]
    public void Trouble_of_the_lane_says_what_it_was()
    {
        TaskTrouble Trouble(UpstreamReply reply) => Of(Task, reply).ShouldBeOfType<Verdict.OfTheLane>().Trouble;

        Trouble(new UpstreamReply.WrongRoute()).ShouldBe(new TaskTrouble("wrong_route", 404));
        Trouble(new UpstreamReply.KeyRefused(403)).ShouldBe(new TaskTrouble("key_refused", 403));
        Trouble(new UpstreamReply.Throttled(null)).ShouldBe(new TaskTrouble("throttled", 429));
        Trouble(new UpstreamReply.Unreachable(UnreachableKind.ServerError, 503)).ShouldBe(new TaskTrouble("server_error", 503));
        Trouble(new UpstreamReply.Unreachable(UnreachableKind.BadBody)).ShouldBe(new TaskTrouble("bad_body"));
    }

    [Fact]
    public void An_answer_that_tells_nothing_of_its_task_counts_and_changes_nothing_else()
    {
        var task = Task with { ConsecutiveFailures = 4, UrlMissing = 1 };

        var foreign = News(task, new UpstreamReply.NotOurs(NotOursReason.ForeignId));
        var odd = News(task, new UpstreamReply.NotUnderstood(
            NotUnderstoodReason.StatusUnknown, VeoFacts with { RawStatus = "paused", Model = "other" }));

        foreign.Trouble.ShouldBe(new TaskTrouble("not_ours", Detail: "foreign_id"));
        odd.Trouble.ShouldBe(new TaskTrouble("not_understood", Detail: "paused"));
        foreach (var reading in (Reading[])[foreign, odd])
        {
            reading.ConsecutiveFailures.ShouldBe(5);
            reading.UrlMissing.ShouldBe(1);
            reading.Status.ShouldBe(TaskStatuses.Processing);
            reading.Model.ShouldBeNull();
            reading.EventType.ShouldBeNull();
        }
    }

    [Theory]
    [InlineData(TaskStatuses.Registered, TaskStatuses.Queued)]
    [InlineData(TaskStatuses.Registered, TaskStatuses.Processing)]
    [InlineData(TaskStatuses.Queued, TaskStatuses.Processing)]
    public void A_status_that_goes_on_is_news_and_an_event_for_whoever_asked(string before, string after)
    {
        var task = Task with { Status = before };

        News(task, Waiting(after)).ShouldSatisfyAllConditions(
            reading => reading.Status.ShouldBe(after), reading => reading.EventType.ShouldBeNull());
        News(task with { WantsTransitions = true }, Waiting(after)).EventType.ShouldBe("task." + after);
    }

    [Theory]
    [InlineData(TaskStatuses.Queued, TaskStatuses.Queued)]
    [InlineData(TaskStatuses.Processing, TaskStatuses.Processing)]
    [InlineData(TaskStatuses.Processing, TaskStatuses.Queued)] // A stale replica: undone is nothing.
    public void An_answer_that_says_no_more_than_is_known_is_not_written(string before, string answer) =>
        Of(Task with { Status = before, WantsTransitions = true }, Waiting(answer)).ShouldBeOfType<Verdict.Unchanged>();

    [Fact]
    public void A_stale_status_is_not_taken_over_with_other_news()
    {
        var reading = News(Task with { Model = null }, new UpstreamReply.Waiting(WaitingStatus.Queued, VeoFacts));

        reading.Status.ShouldBe(TaskStatuses.Processing);
        reading.Model.ShouldBe("veo_3_1_fast");
        reading.EventType.ShouldBeNull();
    }

    [Fact]
    public void A_creation_time_that_was_not_known_is_news_and_another_one_is_not()
    {
        var waiting = new UpstreamReply.Waiting(WaitingStatus.Processing, VeoFacts with { Created = ReadAt - TimeSpan.FromMinutes(1) });

        News(Task, waiting).UpstreamCreatedAt.ShouldBe(ReadAt - TimeSpan.FromMinutes(1));
        Of(Task with { UpstreamCreatedAt = ReadAt - TimeSpan.FromMinutes(2) }, waiting).ShouldBeOfType<Verdict.Unchanged>();
    }

    [Fact]
    public void A_good_answer_after_failures_is_written_because_it_ends_their_row()
    {
        var reading = News(Task with { ConsecutiveFailures = 2 }, new UpstreamReply.Waiting(WaitingStatus.Processing, VeoFacts));

        reading.ConsecutiveFailures.ShouldBe(0);
        reading.Trouble.ShouldBeNull();
    }

    [Theory]
    [InlineData("seedance_1_5_pro_720p", "seedance15")]
    [InlineData("starvideos_v3", "starvideos")]
    [InlineData("another_model", "default")]
    public void The_model_s_name_tells_the_family_where_nobody_named_it(string model, string family)
    {
        var facts = UpstreamFacts.None with { Model = model };

        News(Task with { Family = null, Model = null }, new UpstreamReply.Waiting(WaitingStatus.Processing, facts)).Family.ShouldBe(family);
        Ended(Task with { Family = null, Model = null }, new UpstreamReply.Failed(facts)).Family.ShouldBe(family);
    }

    [Fact]
    public void A_family_that_is_known_stays_whatever_the_model_says()
    {
        var facts = UpstreamFacts.None with { Model = "seedance_1_5_pro_720p" };

        News(Task with { Model = null }, new UpstreamReply.Waiting(WaitingStatus.Processing, facts)).Family.ShouldBe("veo");
        Ended(Task, new UpstreamReply.Failed(facts)).Family.ShouldBe("veo");
    }

    [Fact]
    public void A_task_of_which_nothing_was_ever_told_ends_in_the_default_family() =>
        Ended(Task with { Family = null, NotFound = 2 }, new UpstreamReply.NotFound(404)).Family.ShouldBe("default");

    [Fact]
    public void A_family_that_only_another_version_knows_is_kept()
    {
        var newer = Task with { Family = "veo9" };

        News(newer with { Model = null }, new UpstreamReply.Waiting(WaitingStatus.Processing, VeoFacts)).Family.ShouldBe("veo9");
        Ended(newer, new UpstreamReply.Failed(VeoFacts)).Family.ShouldBe("veo9");
    }

    [Fact]
    public void Nothing_new_writes_nothing() => Of(Task, new UpstreamReply.NoNews(204)).ShouldBeOfType<Verdict.Unchanged>();

    private static UpstreamReply.Waiting Waiting(string status) =>
        new(status == TaskStatuses.Queued ? WaitingStatus.Queued : WaitingStatus.Processing, VeoFacts);

    private Verdict Of(DueTask task, UpstreamReply reply) => _judge.Of(task, reply, ReadAt);

    private Reading News(DueTask task, UpstreamReply reply) => Of(task, reply).ShouldBeOfType<Verdict.News>().Reading;

    private Outcome Ended(DueTask task, UpstreamReply reply) => Of(task, reply).ShouldBeOfType<Verdict.Ended>().Outcome;

    private static IEnumerable<int> Indexes(Func<UpstreamReply, bool> kind) =>
        UpstreamReplies.OneOfEach.Select((reply, i) => (reply, i)).Where(row => kind(row.reply)).Select(row => row.i);
}
