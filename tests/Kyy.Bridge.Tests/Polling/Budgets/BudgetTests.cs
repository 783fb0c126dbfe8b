using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Polling.Budgets;

/// <summary>What answers teach about a key.</summary>
public sealed class BudgetTests
{
    private static readonly UpstreamReply Processing = new UpstreamReply.Waiting(WaitingStatus.Processing, UpstreamFacts.None);
    private static readonly UpstreamReply Missing = new UpstreamReply.NotFound(404);

    private readonly ManualTime _time = new();
    private readonly Budget _budget;

    public BudgetTests() => _budget = new(1, ModelCatalogue.Documented.Default.Window, _time);

    [Theory]
    [InlineData(null, null)]
    [InlineData(7, 7)]
    [InlineData(3_600, 3_600)]
    [InlineData(80_000, 3_600)] // Obeyed up to an hour.
    public void A_429_pauses_the_key_at_once_and_lowers_its_pace(int? asked, int? pause) =>
        Learn(new UpstreamReply.Throttled(Seconds(asked))).Change.ShouldBe(new BudgetChange.Pause("throttled", 429, Seconds(pause), LowersPace: true));

    [Fact]
    public void A_429_to_what_was_on_the_wire_when_the_key_was_closed_says_nothing_new()
    {
        var sentAt = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _budget.BeginChange();
        _budget.EndChange(TimeSpan.FromSeconds(7));

        _budget.Learn(Task(), new UpstreamReply.Throttled(null), sentAt, isProbe: false).Change.ShouldBeNull();

        _budget.IsClosed.ShouldBeTrue();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Learn(new UpstreamReply.Throttled(null), isProbe: true).Change.ShouldBeOfType<BudgetChange.Pause>();
    }

    [Fact]
    public void After_a_pause_the_rate_grows_from_its_end_and_what_was_read_before_does_not_undo_that()
    {
        _time.Advance(TimeSpan.FromMinutes(1));
        var (share, readAt) = (new BudgetShare(100, 1, Pace.Whole, TimeSpan.MaxValue, TimeSpan.MaxValue), _time.GetTimestamp());
        _budget.See(share, readAt);
        _budget.Rate.ShouldBe(90);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _budget.BeginChange();
        _budget.EndChange(pausedFor: null);

        _budget.Rate.ShouldBe(9);
        _budget.See(share, readAt);
        _budget.Rate.ShouldBe(9);

        _time.Advance(TimeSpan.FromSeconds(15));
        _budget.Rate.ShouldBe(45);
    }

    [Fact]
    public void After_a_pause_that_another_replica_has_ended_the_rate_grows_too_and_the_share_says_how_far_it_has_grown()
    {
        var whole = new BudgetShare(100, 2, Pace.Whole, TimeSpan.MaxValue, TimeSpan.MaxValue);
        _time.Advance(TimeSpan.FromMinutes(1));
        _budget.See(whole, _time.GetTimestamp());
        _budget.See(TimeSpan.FromSeconds(1), _time.GetTimestamp());
        _time.Advance(TimeSpan.FromSeconds(1));
        var readAt = _time.GetTimestamp();

        _budget.See(pausedFor: null, readAt);

        _budget.Rate.ShouldBe(4.5, 1e-9);
        _budget.See(whole, readAt - 1);
        _budget.Rate.ShouldBe(4.5, 1e-9);
        _budget.See(whole with { SinceReopened = TimeSpan.FromSeconds(15) }, readAt);
        _budget.Rate.ShouldBe(22.5, 1e-9);
    }

    [Theory]
    [InlineData(UnreachableKind.ServerError, true)]
    [InlineData(UnreachableKind.Dns, true)]
    [InlineData(UnreachableKind.Refused, true)]
    [InlineData(UnreachableKind.Reset, true)]
    [InlineData(UnreachableKind.Tls, true)]
    [InlineData(UnreachableKind.Proxy, true)]
    [InlineData(UnreachableKind.Redirected, true)]
    [InlineData(UnreachableKind.Protocol, true)]
    [InlineData(UnreachableKind.Timeout, false)] // Slow or odd answers may be single tasks'; they are asked for at their cadence.
    [InlineData(UnreachableKind.BadBody, false)]
    [InlineData(UnreachableKind.TooLarge, false)]
    [InlineData(UnreachableKind.RequestTimeout, false)]
    internal void Five_tasks_in_a_row_make_an_outage(UnreachableKind kind, bool pauses)
    {
        var broken = new UpstreamReply.Unreachable(kind, null, TimeSpan.FromHours(2));
        for (var i = 0; i < 4; i++) Learn(broken).Change.ShouldBeNull();

        Learn(broken).Change.ShouldBe(
            pauses ? new BudgetChange.Pause(KindWord.Of(kind), null, TimeSpan.FromMinutes(5), LowersPace: false) : null);
    }

    [Fact]
    public void One_task_that_fails_again_and_again_is_no_outage()
    {
        var task = Task();
        for (var i = 0; i < 50; i++) Learn(new UpstreamReply.Unreachable(UnreachableKind.ServerError, 500), task).Change.ShouldBeNull();
    }

    [Fact]
    public void Two_tasks_refused_in_a_row_are_the_key_s_fault()
    {
        Learn(new UpstreamReply.KeyRefused(401)).Change.ShouldBeNull();

        Learn(new UpstreamReply.KeyRefused(402)).Change.ShouldBe(new BudgetChange.Reject(402));
    }

    [Fact]
    public void A_refusal_before_an_answer_to_another_is_that_task_s_own()
    {
        var refused = Task();
        Learn(new UpstreamReply.KeyRefused(403), refused);

        var lesson = Learn(Missing);

        lesson.Change.ShouldBeNull();
        lesson.Theirs.ShouldBe([new Refusal(refused, 403)]);
        Learn(Processing).Theirs.ShouldBeEmpty();
    }

    [Fact]
    public void Tasks_that_were_refused_before_while_the_key_worked_are_no_evidence_against_it()
    {
        for (var i = 0; i < 5; i++) Learn(new UpstreamReply.KeyRefused(403), Task() with { IsForbidden = true }).Change.ShouldBeNull();

        Learn(new UpstreamReply.KeyRefused(403)).Change.ShouldBeNull();
        Learn(new UpstreamReply.KeyRefused(403)).Change.ShouldBe(new BudgetChange.Reject(403));
    }

    [Fact]
    public void The_same_task_twice_is_no_second_one()
    {
        var task = Task();
        Learn(new UpstreamReply.KeyRefused(401), task);

        Learn(new UpstreamReply.KeyRefused(401), task).Change.ShouldBeNull();
    }

    [Fact]
    public void The_one_call_after_a_pause_opens_or_closes_by_itself()
    {
        Learn(Processing, isProbe: true).Change.ShouldBe(new BudgetChange.Reopen());
        Learn(Missing, isProbe: true).Change.ShouldBe(new BudgetChange.Reopen());
        Learn(new UpstreamReply.KeyRefused(401), isProbe: true).Change.ShouldBe(new BudgetChange.Reject(401));
        Learn(new UpstreamReply.Unreachable(UnreachableKind.Timeout), isProbe: true).Change.ShouldBe(
            new BudgetChange.Pause("timeout", null, null, LowersPace: false));
        Learn(new UpstreamReply.WrongRoute(), isProbe: true).Change.ShouldBe(new BudgetChange.Pause("wrong_route", 404, null, LowersPace: false));
    }

    [Fact]
    public void Ten_missing_tasks_and_no_answer_make_the_route_doubtful_until_one_is_answered()
    {
        for (var i = 0; i < 9; i++) _budget.DoubtsRoute(Make.NewId()).ShouldBeFalse();
        _budget.DoubtsRoute(Make.NewId()).ShouldBeTrue();

        // Not by another that is missing, nor by an answer that says nothing of its task.
        Learn(Missing);
        _budget.DoubtsRoute(Make.NewId()).ShouldBeTrue();
        Learn(Processing);
        _budget.DoubtsRoute(Make.NewId()).ShouldBeFalse();
    }

    [Fact]
    public void What_was_read_before_a_change_was_stored_does_not_undo_it()
    {
        var readAt = _time.GetTimestamp();
        _budget.BeginChange();
        _budget.See(pausedFor: null, readAt).ShouldBeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _budget.EndChange(TimeSpan.FromSeconds(7));

        _budget.See(pausedFor: null, readAt).ShouldBeFalse();
        _budget.IsClosed.ShouldBeTrue();

        _budget.See(pausedFor: null, _time.GetTimestamp()).ShouldBeTrue();
        _budget.IsClosed.ShouldBeFalse();
    }

    private static TimeSpan? Seconds(int? seconds) => seconds is { } some ? TimeSpan.FromSeconds(some) : null;

    private Lesson Learn(UpstreamReply reply, DueTask? task = null, bool isProbe = false) =>
        _budget.Learn(task ?? Task(), reply, _time.GetTimestamp(), isProbe);

    private static DueTask Task() => new()
    {
        Id = Make.NewId(),
        ClientId = Guid.Empty,
        TaskId = "video_1",
        UpstreamKeyId = Guid.Empty,
        Tier = ServiceTiers.Default,
        Status = TaskStatuses.Processing,
        Polls = 1,
        Age = TimeSpan.Zero,
        RegisteredFor = TimeSpan.Zero,
        DeadlineIn = TimeSpan.FromHours(1),
    };
}
