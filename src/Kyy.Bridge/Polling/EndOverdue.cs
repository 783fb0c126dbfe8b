using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;
using Npgsql;

namespace Kyy.Bridge.Polling;

/// <summary>
/// Ends what nobody can look at any more: tasks whose deadline passed a day ago, while their key is paused. Until then a deadline
/// waits for its last look; a task whose key works has it in any case, and is judged by that. What an operator holds waits without an
/// end, and for a day after that.
/// </summary>
internal sealed class EndOverdue(NpgsqlDataSource dataSource, OutcomeRecorder recorder, UpstreamOptions options, DatabaseClock clock)
    : IRecurringWork
{
    private const int Batch = 500;

    // Only the tasks of paused keys are looked at, by way of their slots: indexes slots_turns and tasks_slot.
    private const string Sql = $"""
        select t.id, coalesce(t.family, $3)
        from bridge.upstream_budgets b
        join bridge.upstream_keys k on k.budget_id = b.id
        join bridge.lanes l on l.upstream_key_id = k.id
        join bridge.slots s on s.lane = l.id
        join bridge.tasks t on t.slot_id = s.id
        cross join lateral (select t.client_id as client, coalesce(k.base_url, $4) as url) who
        where b.state <> 'active' and t.ended_at is null and t.deadline_at < now() - $1
          and not {PollingHolds.Held} and not {PollingHolds.JustReleased}
        limit $2
        """;

    public string Name => "end-overdue";

    public TimeSpan Cadence { get; } = TimeSpan.FromMinutes(10);

    public WakeSignal Wake { get; } = new();

    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
    {
        var overdue = await ReadAsync(cancellation);
        await Task.WhenAll(overdue.Select(task => recorder.RecordAsync(new Outcome
        {
            Task = task.Id,
            Status = TaskStatuses.TimedOut,
            Family = task.Family,
            Error = new(TaskErrorCodes.Deadline, null),
            EndedAt = clock.Now,
        })));
        return new(overdue.Count, overdue.Count == Batch ? TimeSpan.Zero : null);
    }

    private async Task<List<(Guid Id, string Family)>> ReadAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = Judge.LastLookLimit });
        command.Parameters.Add(new() { Value = Batch });
        command.Parameters.Add(new() { Value = DefaultFamily.Id });
        command.Parameters.Add(new() { Value = UpstreamOptions.Normal(options.BaseUrl) });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var overdue = new List<(Guid, string)>();
        while (await reader.ReadAsync(cancellation)) overdue.Add((reader.GetGuid(0), reader.GetString(1)));
        return overdue;
    }
}
