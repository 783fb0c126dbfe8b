using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;
using Npgsql;

namespace Kyy.Bridge.Polling;

/// <summary>Asks the upstream about due tasks: claim, ask, judge, record.</summary>
/// <remarks>
/// <code>
/// ① room in flight and in the key's rate → ② claim no more than that → ③ a last look at the clock, GET → ④ judge → ⑤ record
/// </code>
/// A process that dies between any two of these loses nothing: the claim has already moved the task's due time on, so it comes
/// due again by itself, and never earlier than the window allows.
/// </remarks>
internal sealed partial class Poller(
    NpgsqlDataSource dataSource, ClaimDueTasks claims, IUpstreamClient upstream, UpstreamTargets targets, ModelCatalogue catalogue,
    Judge judge, Lanes lanes, OutcomeRecorder recorder, DatabaseClock clock, UpstreamOptions options, TimeProvider time, Jitter jitter,
    ILogger<Poller> logger)
    : IAsyncDisposable
{
    private const int LargestClaim = 200, LargestReport = 500;

    private readonly PollRoom _room = new(options.MaxConcurrency);
    private readonly KeyRate _rate = new(options.MaxRequestsPerSecond, time);
    private readonly InFlight _inFlight = new();
    private readonly Batcher<LaneReport> _laneReports = new(LargestReport, lanes.ReportAsync);

    /// <summary>Starts polls for what is due in a family, as far as there is room; it does not wait for their answers.</summary>
    public async Task<WorkRun> RunOnceAsync(ModelFamily family, WakeSignal wake, CancellationToken cancellation)
    {
        if (!targets.Any) return new(0);
        for (var started = 0; ;)
        {
            var all = await LanesDue.ReadAsync(dataSource, family.Id, OthersOf(family), null, cancellation);
            LaneDue[] due = [.. all.Where(lane => lane.DueIn <= TimeSpan.Zero)];
            if (due.Length == 0) return new(started, all.Count == 0 ? null : all.Min(lane => lane.DueIn));

            var (round, isFull) = await ClaimRoundAsync(family, due, wake, cancellation);
            started += round;
            // Where requests in flight fill the room, the first that ends wakes the loop; where the rate is used up, time does.
            if (isFull) return new(started, _rate.NextIn() is { Ticks: > 0 } next ? next : null);
            // Slots that others hold are worth another look soon.
            if (round == 0) return new(started, PollPlan.Tick);
        }
    }

    /// <summary>Returns when every poll that was begun has its answer recorded.</summary>
    public Task WhenIdleAsync() => _inFlight.WhenEmptyAsync();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _laneReports.DisposeAsync();

    // Each due lane gets its share of the room, the longest overdue first.
    private async Task<(int Started, bool IsFull)> ClaimRoundAsync(
        ModelFamily family, LaneDue[] due, WakeSignal wake, CancellationToken cancellation)
    {
        var started = 0;
        for (var i = 0; i < due.Length; i++)
        {
            var taken = TakeRoom(Math.Max(1, Math.Min(LargestClaim, options.MaxConcurrency) / (due.Length - i)), wake);
            if (taken == 0) return (started, true);

            started += await ClaimAsync(family, due[i], taken, cancellation);
        }

        return (started, false);
    }

    private string[]? OthersOf(ModelFamily family) =>
        family.Id != catalogue.Default.Id ? null : [.. catalogue.Families.Select(other => other.Id).Where(id => id != family.Id)];

    private int TakeRoom(int wanted, WakeSignal wake)
    {
        var room = _room.Take(wanted, wake);
        var allowed = _rate.Take(room);
        _room.Return(room - allowed);
        return allowed;
    }

    private async Task<int> ClaimAsync(ModelFamily family, LaneDue lane, int room, CancellationToken cancellation)
    {
        var window = family.WindowFor(flex: lane.Tier == Client.Contracts.ServiceTiers.Flex);
        // Counted from before the claim is sent, so that the poll is believed to be later than it is, never earlier.
        var claimedAt = time.GetTimestamp();
        var claimed = new List<DueTask>();
        try
        {
            claimed = await claims.ClaimAsync(lane.Id, room, Plan, jitter.Next, null, cancellation);
        }
        finally
        {
            _room.Return(room - claimed.Count);
            _rate.Return(room - claimed.Count);
        }

        foreach (var task in claimed) _inFlight.Begin(() => PollAsync(task, lane, window, claimedAt));
        return claimed.Count;

        TimeSpan Plan(DueTask task, double slotJitter) =>
            PollPlan.Next(window, family.EstimateFor(task.Model, task.Tier == Client.Contracts.ServiceTiers.Flex), task.Age, slotJitter);
    }

    private async Task PollAsync(DueTask task, LaneDue lane, PollWindow window, long claimedAt)
    {
        try
        {
            var exchange = await AskAsync(task, window, claimedAt);
            if (exchange is null)
            {
                LogLate(logger, LoggedId.OfTask(task.Id));
                await CorrectClaims.HandBackAsync(dataSource, task);
                return;
            }

            // The planned interval covers what the upstream saw within the slack of the claim. When it saw a later one is not
            // known, a connection may have been slow to come about; but it was before the answer.
            var latest = time.GetElapsedTime(claimedAt, exchange.SentAt) + exchange.Elapsed;
            if (latest > PollPlan.Slack(window)) await PushOnAsync(task, latest, window.Min);
            await RecordAsync(task, lane, exchange.Reply);
        }
        catch (Exception exception)
        {
            // Nothing is lost: the claim has already filed the task under its next due time.
            LogFailed(logger, LoggedId.OfTask(task.Id), exception);
        }
    }

    // Repeated through an outage, since without it the next poll would be early; the answer that was read waits for it.
    private Task PushOnAsync(DueTask task, TimeSpan latest, TimeSpan minimum) => BatchWrite.RepeatAsync(
        () => CorrectClaims.PushOnAsync(dataSource, task, latest, minimum), time, logger, CancellationToken.None);

    /// <summary>Asks, unless it is too late for that: null then, since the next poll may be punctual and would come too early after this one.</summary>
    private async Task<UpstreamExchange?> AskAsync(DueTask task, PollWindow window, long claimedAt)
    {
        try
        {
            var target = targets.Of(task.UpstreamKeyId);
            return time.GetElapsedTime(claimedAt) > PollPlan.Slack(window)
                ? null
                : await upstream.GetResultAsync(target, task.TaskId, CancellationToken.None);
        }
        finally
        {
            _room.Return(1);
        }
    }

    private async Task RecordAsync(DueTask task, LaneDue lane, UpstreamReply reply)
    {
        var verdict = judge.Of(task, reply, clock.Now);
        switch (verdict)
        {
            case Verdict.Ended ended:
                await recorder.RecordAsync(ended.Outcome);
                break;
            case Verdict.News news:
                await recorder.RecordAsync(await WithLaneAsync(task, news.Reading));
                break;
            case Verdict.OfTheLane trouble:
                await ReportAsync(lane, reply, trouble.Trouble);
                return;
            case Verdict.Unchanged:
                break;
        }

        if (lane.IsFailing && IsOfTheTask(reply)) await _laneReports.AddAsync(new(lane.Id, 0, null, clock.Now));
    }

    // The model's name tells the family: the task moves to the lane whose cadence is its own.
    private async Task<Reading> WithLaneAsync(DueTask task, Reading reading) => reading.Family == task.Family
        ? reading
        : reading with
        {
            MovesTo = new(
                await lanes.FindAsync(task.UpstreamKeyId, reading.Family, task.Tier, CancellationToken.None), ShortestOf(reading, task)),
        };

    private TimeSpan ShortestOf(Reading reading, DueTask task)
    {
        var family = reading.Family is { } id && catalogue.Find(id) is { } known ? known : catalogue.Default;
        return PollPlan.Shortest(family.WindowFor(flex: task.Tier == Client.Contracts.ServiceTiers.Flex));
    }

    private async Task ReportAsync(LaneDue lane, UpstreamReply reply, TaskTrouble trouble)
    {
        if (!lane.IsFailing) LogTrouble(logger, lane.Id, trouble.Kind, trouble.StatusCode);
        if (PauseAskedFor(reply) is { } pause) _rate.Pause(pause);
        await _laneReports.AddAsync(new(lane.Id, 1, trouble, clock.Now));
    }

    // A task that ends because its last look failed for too long says nothing good about its lane.
    private static bool IsOfTheTask(UpstreamReply reply) =>
        reply is not (UpstreamReply.Throttled or UpstreamReply.Unreachable or UpstreamReply.KeyRefused or UpstreamReply.WrongRoute);

    private static TimeSpan? PauseAskedFor(UpstreamReply reply) => reply switch
    {
        UpstreamReply.Throttled throttled => throttled.RetryAfter ?? TimeSpan.FromSeconds(1),
        UpstreamReply.Unreachable unreachable => unreachable.RetryAfter,
        _ => null,
    };
}
