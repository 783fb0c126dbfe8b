using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling.Estimates;
using Kyy.Bridge.Tasks;
using Npgsql;

namespace Kyy.Bridge.Outcomes;

/// <summary>
/// Makes what polls found out true: news and ends are written in batches, each batch in one transaction and one round trip, and
/// the deliveries of an end are handed to this process's dispatcher after the commit.
/// </summary>
internal sealed class OutcomeRecorder : IAsyncDisposable
{
    private const int LargestBatch = 500;

    private readonly NpgsqlDataSource _dataSource;
    private readonly DeliveryInbox _inbox;
    private readonly TaskWaiters _waiters;
    private readonly DurationRecorder _durations;
    private readonly Ids _ids;
    private readonly TimeProvider _time;
    private readonly Batcher<Reading> _readings;
    private readonly Batcher<Outcome> _outcomes;
    private readonly CancellationTokenSource _giveUp = new();

    public OutcomeRecorder(
        NpgsqlDataSource dataSource, DeliveryInbox inbox, TaskWaiters waiters, DurationRecorder durations, Ids ids, TimeProvider time,
        ILogger<OutcomeRecorder> logger)
    {
        (_dataSource, _inbox, _waiters, _durations, _ids, _time) = (dataSource, inbox, waiters, durations, ids, time);
        _readings = new(LargestBatch, rows =>
            BatchWrite.RunAsync(LastOfEach(rows, row => row.Task), WriteReadingsAsync, row => row.WithoutTexts(), time, logger, _giveUp.Token));
        _outcomes = new(LargestBatch, rows =>
            BatchWrite.RunAsync([.. rows.DistinctBy(row => row.Task)], WriteOutcomesAsync, row => row.WithoutTexts(), time, logger, _giveUp.Token));
    }

    /// <summary>Returns when the reading is committed.</summary>
    public Task RecordAsync(Reading reading) => _readings.AddAsync(reading);

    /// <summary>Returns when the end is committed, by this outcome or by an earlier one.</summary>
    public Task RecordAsync(Outcome outcome) => _outcomes.AddAsync(outcome);

    /// <summary>From now on a write that the database does not take is given up: its task comes due again after the next start.</summary>
    public void StopRepeating() => _giveUp.Cancel();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _readings.DisposeAsync();
        await _outcomes.DisposeAsync();
        _giveUp.Dispose();
    }

    // A poll that outlasts its interval meets the next one of the same task; `update … from` would take either.
    private static IReadOnlyList<T> LastOfEach<T>(IReadOnlyList<T> rows, Func<T, Guid> task) => [.. rows.GroupBy(task).Select(same => same.Last())];

    private async Task WriteReadingsAsync(IReadOnlyList<Reading> readings)
    {
        var batch = _ids.Next();
        var told = readings.Where(reading => reading.EventType is not null).ToArray();
        var facts = told.Length == 0 ? [] : await TaskFacts.ReadAsync(_dataSource, told.Select(r => r.Task), CancellationToken.None);
        NewEvent[] events = [.. told.Where(r => facts.ContainsKey(r.Task)).Select(r => NewEvent.Of(r, r.EventType!, facts[r.Task]))];
        await WriteAsync([.. RecordReadings.Commands(readings, batch)], events, batch, always: false);
    }

    private async Task WriteOutcomesAsync(IReadOnlyList<Outcome> outcomes)
    {
        var batch = _ids.Next();
        var facts = await TaskFacts.ReadAsync(_dataSource, outcomes.Select(outcome => outcome.Task), CancellationToken.None);
        NewEvent[] events = [.. outcomes.Where(o => facts.ContainsKey(o.Task)).Select(o => NewEvent.Of(o, facts[o.Task]))];
        await WriteAsync([RecordOutcomes.Command(outcomes, batch)], events, batch, always: true);
        _waiters.Ended(outcomes.Select(outcome => outcome.Task));
        // Last and apart: an end is recorded, told and delivered whether or not anything is learned from it.
        await _durations.RecordAsync(outcomes
            .Where(outcome => outcome.Status == TaskStatuses.Completed).Select(outcome => outcome.Observed).OfType<ObservedDuration>());
    }

    // A batch without an explicit transaction is one: Npgsql ends it with a single Sync.
    private async Task WriteAsync(IReadOnlyList<NpgsqlBatchCommand> changes, NewEvent[] events, Guid mark, bool always)
    {
        await using var batch = _dataSource.CreateBatch();
        if (events.Length > 0) batch.BatchCommands.Add(EventWriting.Announcement());
        foreach (var change in FreshPlans.For(changes)) batch.BatchCommands.Add(change);
        if (events.Length == 0)
        {
            await batch.ExecuteNonQueryAsync();
            return;
        }

        using var places = _inbox.Reserve(events.Length);
        batch.BatchCommands.Add(InsertEvents.Command(events, mark, always, places.Count, _inbox.Lease, _ids));
        // Counted from before the statement is sent, so that this process never believes in a longer lease than the row says.
        var leaseEnds = _time.GetTimestamp() + _inbox.LeaseTicks;
        List<LeasedDelivery> leased;
        bool moreAreDue;
        await using (var reader = await batch.ExecuteReaderAsync())
        {
            // Past the announcement's empty answer.
            await reader.NextResultAsync();
            await FreshPlans.SkipAsync(reader);
            (leased, moreAreDue) = await InsertEvents.ReadAsync(reader, events.ToDictionary(e => e.Id), leaseEnds, CancellationToken.None);
        }

        // After the commit: a webhook about something that was rolled back could never be taken back.
        places.HandOver(leased);
        if (moreAreDue) _inbox.Due.Raise();
    }
}
