using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Tasks.Refreshing;

namespace Kyy.Bridge.Scheduling;

/// <summary>
/// The worker role of this process: has its engine run every recurring work, and drains in order when the process stops.
/// </summary>
/// <remarks>
/// Stopping: no new claims, polls in flight get their answer and are recorded, webhooks on the wire are finished and settled,
/// what was handed over and not begun is handed back. What the shutdown's time does not suffice for is left to its lease or its
/// next due time: nothing is lost, somebody else takes it up.
/// </remarks>
internal sealed partial class Workers(
    IEngine engine, IEnumerable<IRecurringWork> works, Poller poller, RefreshWork refreshes, LiveBudgets budgets,
    ClaimCorrections corrections, OutcomeRecorder recorder, Dispatcher dispatcher, DeliveryInbox inbox, ILogger<Workers> logger)
    : IHostedService, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _recurring = Task.CompletedTask;
    private Task _handedOver = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        inbox.Open();
        _handedOver = Task.Run(() => UntilStoppedAsync(dispatcher.SendHandedOverAsync), cancellationToken);
        _recurring = Task.Run(() => engine.RunAsync([.. works], _stopping.Token), cancellationToken);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        inbox.Close();
        await _stopping.CancelAsync();
        await using var _ = cancellationToken.Register(GiveUp);
        try
        {
            await DrainAsync(cancellationToken).WaitAsync(cancellationToken);
            LogDrained(logger);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogNotDrained(logger);
        }
    }

    public ValueTask DisposeAsync()
    {
        _stopping.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task DrainAsync(CancellationToken cancellation)
    {
        await _recurring;
        await poller.WhenIdleAsync();
        await refreshes.WhenIdleAsync();
        await budgets.LeaveAsync(cancellation);
        await _handedOver;
        await dispatcher.DrainAsync();
    }

    private void GiveUp()
    {
        corrections.StopRepeating();
        recorder.StopRepeating();
        dispatcher.StopRepeating();
    }

    private async Task UntilStoppedAsync(Func<CancellationToken, Task> loop)
    {
        try
        {
            await loop(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The end that was asked for.
        }
    }

    [LoggerMessage(1210, LogLevel.Information, "Everything in flight was finished or handed back")]
    private static partial void LogDrained(ILogger logger);

    [LoggerMessage(1211, LogLevel.Warning, "The time for stopping was not enough for everything in flight; others take it up after its lease")]
    private static partial void LogNotDrained(ILogger logger);
}
