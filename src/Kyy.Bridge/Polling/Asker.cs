using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Polling;

/// <summary>Asks the upstream about one claimed task: its turn, a last look at the clock, GET; then what came of it is taken in.</summary>
internal sealed partial class Asker(
    IUpstreamClient upstream, AnswerIntake intake, BudgetKeeper keeper, PollRoom room, ClaimCorrections corrections, TimeProvider time,
    ILogger<Asker> logger)
{
    // Timers are no finer.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    // A turn as near as this is taken at once: a timer for each of a claim's requests costs more than it evens out, and the pacer allows
    // them to be ahead by several times as much.
    private static readonly TimeSpan Near = TimeSpan.FromMilliseconds(5);

    /// <summary>Never throws: what fails costs this poll, and the claim has already filed the task under its next due time.</summary>
    public async Task PollAsync(PollJob job)
    {
        try
        {
            if (await AskAsync(job) is { } exchange) await TakeInAsync(job, exchange);
            else await HandBackAsync(job);
        }
        catch (Exception exception)
        {
            LogFailed(logger, LoggedId.OfTask(job.Task.Id), exception);
        }
    }

    /// <summary>Asks, unless it is too late for that: null then, since the next poll may be punctual and would come too early after this one.</summary>
    public async Task<UpstreamExchange?> AskAsync(PollJob job)
    {
        if (!job.IsProbe && job.Budget.Pacer.Until(job.Turn) is var early && early >= Near) await Task.Delay(early, time);
        await room.EnterAsync();
        try
        {
            return await ComesUpAsync(job) ? await SendAsync(job) : null;
        }
        finally
        {
            room.Leave();
        }
    }

    private async Task<UpstreamExchange> SendAsync(PollJob job)
    {
        using var place = room.Begin();
        var sentAt = time.GetTimestamp();
        try
        {
            return await upstream.GetResultAsync(job.Key.Target, job.Task.TaskId, place.GivenUp);
        }
        catch (OperationCanceledException) when (place.GivenUp.IsCancellationRequested)
        {
            return new(new UpstreamReply.Unreachable(UnreachableKind.Timeout), sentAt, time.GetElapsedTime(sentAt));
        }
    }

    // The last look stands right before the send.
    private async ValueTask<bool> ComesUpAsync(PollJob job)
    {
        var comesUp = false;
        try
        {
            if (job.IsProbe) return comesUp = !IsLate(job);
            while (!comesUp && !IsLate(job) && !job.Budget.IsClosed)
            {
                var wait = job.Budget.Pacer.Enter(job.Budget.Rate);
                comesUp = wait == TimeSpan.Zero;
                if (!comesUp) await Task.Delay(wait < Moment ? Moment : wait, time);
            }

            return comesUp;
        }
        finally
        {
            if (!job.IsProbe) job.Budget.Turns.End(job.Lane, 1);
            if (!comesUp) room.Return(1);
        }
    }

    private bool IsLate(PollJob job) => time.GetElapsedTime(job.ClaimedAt) > PollPlan.Slack(job.Window);

    private async Task TakeInAsync(PollJob job, UpstreamExchange exchange)
    {
        // The planned interval covers what the upstream saw within the slack of the claim. When it saw a later one is not
        // known, a connection may have been slow to come about; but it was before the answer.
        var latest = time.GetElapsedTime(job.ClaimedAt, exchange.SentAt) + exchange.Elapsed;
        // Repeated through an outage, since without it the next poll would be early; the answer that was read waits for it.
        if (latest > PollPlan.Slack(job.Window)) await corrections.PushOnAsync(new(job.Task, latest, job.Window.Min));
        await intake.TakeInAsync(job, exchange);
    }

    private async Task HandBackAsync(PollJob job)
    {
        await corrections.HandBackAsync(new(job.Task, IsLate(job)));
        if (job.IsProbe) await keeper.LetGoAsync(job.Budget);
    }

    [LoggerMessage(1303, LogLevel.Error, "The answer about task {Task} could not be recorded; it is asked about again when it is due")]
    private static partial void LogFailed(ILogger logger, LoggedId task, Exception exception);
}
