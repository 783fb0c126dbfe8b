using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Polling.Estimates;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Polling;

/// <summary>Takes an answer in: what it teaches about the key, what it means for the task, and recording both.</summary>
internal sealed partial class AnswerIntake(
    BudgetKeeper keeper, Judge judge, ModelCatalogue catalogue, Lanes lanes, OutcomeRecorder recorder, TransitionListeners listeners,
    DatabaseClock clock, UpstreamOptions options, ILogger<AnswerIntake> logger) : IAsyncDisposable
{
    private const int LargestReport = 500;

    private readonly Batcher<LaneReport> _laneReports = new(LargestReport, lanes.ReportAsync);

    public Task TakeInAsync(PollJob job, UpstreamExchange exchange)
    {
        var lesson = job.Budget.Learn(job.Task, exchange.Reply, exchange.SentAt, job.IsProbe);
        return lesson == Lesson.None ? RecordAsync(job, exchange) : TakeInAsync(job, lesson, _ => RecordAsync(job, exchange));
    }

    /// <summary>Likewise, where the answer means something else for its task than for one in flight.</summary>
    /// <param name="job">The request.</param>
    /// <param name="exchange">What came of it.</param>
    /// <param name="record">Records what it means for the task, given what it says of the key.</param>
    public Task TakeInAsync(PollJob job, UpstreamExchange exchange, Func<Lesson, Task> record) =>
        TakeInAsync(job, job.Budget.Learn(job.Task, exchange.Reply, exchange.SentAt, job.IsProbe), record);

    private async Task TakeInAsync(PollJob job, Lesson lesson, Func<Lesson, Task> record)
    {
        // Its first step closes the key for this process at once; what it stores is not waited for, nor is the answer lost with it.
        var carriedOut = lesson.Change is { } change ? keeper.CarryOutAsync(job.Budget, change, job.IsProbe) : Task.CompletedTask;
        try
        {
            await record(lesson);
            // What was refused before this answer came belongs to those tasks alone.
            foreach (var refusal in lesson.Theirs) await RecordAsync(refusal.Task, judge.OfForbidden(refusal, clock.Now));
        }
        finally
        {
            await carriedOut;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _laneReports.DisposeAsync();

    private async Task RecordAsync(PollJob job, UpstreamExchange exchange)
    {
        var doubtful = exchange.Reply is UpstreamReply.NotFound && judge.ShouldBeThere(job.Task) && job.Budget.DoubtsRoute(job.Task.Id);
        var verdict = judge.Of(WithListeners(job.Task), exchange.Reply, clock.Now, doubtful, exchange.Excerpt);
        if (verdict is Verdict.OfTheLane { Trouble: var trouble })
        {
            await ReportAsync(job.Lane, trouble);
            return;
        }

        if (verdict == Verdict.Unchanged.Instance && !job.Lane.IsFailing) return;
        await RecordAsync(job.Task, WithObservation(job, verdict));
        if (job.Lane.IsFailing && IsOfTheTask(exchange.Reply)) await _laneReports.AddAsync(new(job.Lane.Id, 0, null, clock.Now));
    }

    // The claim knows of the task's callbacks alone: a join with the client's endpoints would be paid by every poll.
    private DueTask WithListeners(DueTask task) =>
        task.WantsTransitions || !listeners.Include(task.ClientId) ? task : task with { WantsTransitions = true };

    private async Task RecordAsync(DueTask task, Verdict verdict)
    {
        switch (verdict)
        {
            case Verdict.Ended ended:
                await recorder.RecordAsync(ended.Outcome);
                break;
            case Verdict.News news:
                if (news.Reading.Trouble is { } trouble && task.ConsecutiveFailures == 0)
                    LogUntold(logger, LoggedId.OfTask(task.Id), trouble.Kind, trouble.StatusCode);
                await recorder.RecordAsync(await WithLaneAsync(task, news.Reading));
                break;
            default:
                break;
        }
    }

    // A client's own base URL could teach everybody what it likes.
    private Verdict WithObservation(PollJob job, Verdict verdict) => verdict is Verdict.Ended { Outcome: { Status: TaskStatuses.Completed } outcome }
        ? new Verdict.Ended(outcome with
        {
            Observed = Observation.Of(
                outcome.Model ?? job.Task.Model, job.Task.Tier, job.Task.Age,
                Observation.AgeBefore(job.Task, job.Task.SincePollBefore, job.Lane.IsFailing), options.IsOperators(job.Key.Target.BaseUrl)),
        })
        : verdict;

    // The model's name tells the family: the task moves to the lane whose cadence is its own.
    private async Task<Reading> WithLaneAsync(DueTask task, Reading reading) => reading.Family == task.Family
        ? reading
        : reading with
        {
            MovesTo = new(
                await lanes.FindAsync(task.UpstreamKeyId, reading.Family, task.Tier, CancellationToken.None), task.ClientId,
                ShortestOf(reading, task)),
        };

    private TimeSpan ShortestOf(Reading reading, DueTask task)
    {
        var family = reading.Family is { } id && catalogue.Find(id) is { } known ? known : catalogue.Default;
        return PollPlan.Shortest(family.WindowFor(flex: task.Tier == ServiceTiers.Flex));
    }

    private async Task ReportAsync(LaneDue lane, TaskTrouble trouble)
    {
        if (!lane.IsFailing && trouble.Kind == Judge.WrongRouteKind) LogWrongRoute(logger, lane.Id);
        else if (!lane.IsFailing) LogTrouble(logger, lane.Id, trouble.Kind, trouble.StatusCode);
        await _laneReports.AddAsync(new(lane.Id, 1, trouble, clock.Now));
    }

    // A task that ends because its last look failed for too long says nothing good about its lane.
    private static bool IsOfTheTask(UpstreamReply reply) =>
        reply is not (UpstreamReply.Throttled or UpstreamReply.Unreachable or UpstreamReply.KeyRefused or UpstreamReply.WrongRoute);

    [LoggerMessage(1301, LogLevel.Warning, "The upstream gives lane {Lane} no usable answer ({Kind}, {StatusCode}); its tasks live on and are asked about again")]
    private static partial void LogTrouble(ILogger logger, int lane, string kind, int? statusCode);

    [LoggerMessage(1304, LogLevel.Warning, "The answer about task {Task} tells nothing of it ({Kind}, {StatusCode}); it lives on and is asked about again")]
    private static partial void LogUntold(ILogger logger, LoggedId task, string kind, int? statusCode);

    [LoggerMessage(1305, LogLevel.Error, "The upstream has no route, or none of the tasks of lane {Lane}: look at Bridge:Upstream:BaseUrl. No task is ended for it")]
    private static partial void LogWrongRoute(ILogger logger, int lane);
}
