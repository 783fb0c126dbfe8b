using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;
using Npgsql;

namespace Kyy.Bridge.Tasks.Refreshing;

/// <summary>Asks about one claimed task whose link is to be fetched afresh, and records what came of it.</summary>
internal sealed partial class Refresher(
    NpgsqlDataSource dataSource, Asker asker, AnswerIntake intake, BudgetKeeper keeper, ClaimRefreshes claims, SettleRefreshes settles,
    ModelCatalogue catalogue, DatabaseClock clock, Dispatcher dispatcher, Ids ids, TimeProvider time, ILogger<Refresher> logger)
{
    /// <summary>Never throws: what fails costs this look, and the claim has already moved the next one on.</summary>
    public async Task RefreshAsync(DueRefresh refresh, PollJob job)
    {
        try
        {
            if (await asker.AskAsync(job) is { } exchange) await TakeInAsync(refresh, job, exchange);
            else await HandBackAsync(refresh, job);
        }
        catch (Exception exception)
        {
            LogFailed(logger, LoggedId.OfTask(refresh.Task.Id), exception);
        }
    }

    private async Task TakeInAsync(DueRefresh refresh, PollJob job, UpstreamExchange exchange)
    {
        var latest = time.GetElapsedTime(job.ClaimedAt, exchange.SentAt) + exchange.Elapsed;
        if (latest > PollPlan.Slack(refresh.Window)) await WriteAsync(() => claims.PushOnAsync(refresh, latest));
        await intake.TakeInAsync(job, exchange, lesson => RecordAsync(refresh, exchange, lesson));
    }

    private Task RecordAsync(DueRefresh refresh, UpstreamExchange exchange, Lesson lesson)
    {
        var isTheKeys = lesson.Change is BudgetChange.Pause or BudgetChange.Reject;
        return RefreshVerdict.Of(refresh, catalogue.Of(refresh.Task.Family), exchange, isTheKeys, clock.Now) switch
        {
            RefreshVerdict.Fresh fresh => RecordAsync(refresh, fresh),
            RefreshVerdict.Refused refused => RefuseAsync(refresh, refused.Trouble),
            _ => Task.CompletedTask,
        };
    }

    private async Task RecordAsync(DueRefresh refresh, RefreshVerdict.Fresh fresh)
    {
        var link = new FreshLink
        {
            Task = refresh.Task.Id,
            Refresh = refresh.Refreshes + 1,
            Family = refresh.Task.Family,
            VideoUrls = fresh.Urls,
            VideoUrlExpiresAt = fresh.ExpiresAt,
            ActualDuration = refresh.ActualDuration,
            Warnings = fresh.Warnings,
            EndedAt = refresh.EndedAt,
            ReadAt = clock.Now,
        };
        var mark = ids.Next();
        await WriteAsync(async () =>
        {
            var facts = await TaskFacts.ReadAsync(dataSource, [link.Task], CancellationToken.None);
            if (!facts.TryGetValue(link.Task, out var known)) return;
            if (await RecordRefresh.RunAsync(dataSource, link, NewEvent.Of(link, known), mark) > 0) dispatcher.Wake.Raise();
        });
    }

    private async Task RefuseAsync(DueRefresh refresh, TaskTrouble trouble)
    {
        var isGivenUp = false;
        await WriteAsync(async () => isGivenUp = await settles.RefuseAsync(refresh, trouble));
        if (isGivenUp) LogGivenUp(logger, LoggedId.OfTask(refresh.Task.Id), trouble.Kind, trouble.StatusCode);
    }

    private async Task HandBackAsync(DueRefresh refresh, PollJob job)
    {
        await claims.HandBackAsync(refresh);
        if (job.IsProbe) await keeper.LetGoAsync(job.Budget);
    }

    // Through an outage for as long as the claim holds others off: after that the link is asked for again.
    private async Task WriteAsync(Func<Task> write)
    {
        using var patience = new CancellationTokenSource(catalogue.Default.Window.Min, time);
        await BatchWrite.RepeatAsync(write, time, logger, patience.Token);
    }

    [LoggerMessage(3601, LogLevel.Error, "What a look for a fresh link of task {Task} came to could not be recorded; it is asked about again")]
    private static partial void LogFailed(ILogger logger, LoggedId task, Exception exception);

    [LoggerMessage(3602, LogLevel.Information, "No fresh link of task {Task} is to be had ({Kind}, {StatusCode}); its status stays")]
    private static partial void LogGivenUp(ILogger logger, LoggedId task, string kind, int? statusCode);
}
