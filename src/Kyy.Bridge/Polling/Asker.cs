using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Upstream;
using Npgsql;

namespace Kyy.Bridge.Polling;

/// <summary>Asks the upstream about one claimed task: its turn, a last look at the clock, GET; then what came of it is taken in.</summary>
internal sealed partial class Asker(
    NpgsqlDataSource dataSource, IUpstreamClient upstream, AnswerIntake intake, BudgetKeeper keeper, PollRoom room, TimeProvider time,
    ILogger<Asker> logger)
{
    // Timers are no finer.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

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
        var comesUp = false;
        try
        {
            comesUp = await ComesUpAsync(job);
        }
        finally
        {
            if (!comesUp) room.Return(1);
        }

        return comesUp ? await SendAsync(job) : null;
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
    private async Task<bool> ComesUpAsync(PollJob job)
    {
        try
        {
            if (job.IsProbe) return !IsLate(job);
            if (job.Budget.Pacer.Until(job.Turn) is var early && early >= Moment) await Task.Delay(early, time);
            while (!IsLate(job) && !job.Budget.IsClosed)
            {
                var wait = job.Budget.Pacer.Enter(job.Budget.Rate);
                if (wait == TimeSpan.Zero) return true;
                await Task.Delay(wait < Moment ? Moment : wait, time);
            }

            return false;
        }
        finally
        {
            if (!job.IsProbe) job.Budget.Turns.End(job.Lane, 1);
        }
    }

    private bool IsLate(PollJob job) => time.GetElapsedTime(job.ClaimedAt) > PollPlan.Slack(job.Window);

    private async Task TakeInAsync(PollJob job, UpstreamExchange exchange)
    {
        // The planned interval covers what the upstream saw within the slack of the claim. When it saw a later one is not
        // known, a connection may have been slow to come about; but it was before the answer.
        var latest = time.GetElapsedTime(job.ClaimedAt, exchange.SentAt) + exchange.Elapsed;
        if (latest > PollPlan.Slack(job.Window)) await PushOnAsync(job, latest);
        await intake.TakeInAsync(job, exchange);
    }

    // Repeated through an outage, since without it the next poll would be early; the answer that was read waits for it.
    private Task PushOnAsync(PollJob job, TimeSpan latest) => BatchWrite.RepeatAsync(
        () => CorrectClaims.PushOnAsync(dataSource, job.Task, latest, job.Window.Min), time, logger, CancellationToken.None);

    private async Task HandBackAsync(PollJob job)
    {
        if (IsLate(job)) LogLate(logger, LoggedId.OfTask(job.Task.Id));
        await CorrectClaims.HandBackAsync(dataSource, job.Task);
        if (job.IsProbe) await keeper.LetGoAsync(job.Budget);
    }

    [LoggerMessage(1302, LogLevel.Information, "Task {Task} was claimed and could not be asked about in time; it was handed back")]
    private static partial void LogLate(ILogger logger, LoggedId task);

    [LoggerMessage(1303, LogLevel.Error, "The answer about task {Task} could not be recorded; it is asked about again when it is due")]
    private static partial void LogFailed(ILogger logger, LoggedId task, Exception exception);
}
