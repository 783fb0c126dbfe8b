using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling;
using Npgsql;

namespace Kyy.Bridge.Benchmarks.Statements;

/// <summary>Takes every task of the database along its way by the service's own statements: step after step, all tasks in each.</summary>
internal sealed class Workload
{
    public const string Claim = "ClaimDueTasks", Readings = "RecordReadings", Facts = "TaskFacts",
        Outcomes = "RecordOutcomes + InsertEvents", Settle = "SettleDeliveries";

    /// <summary>Tasks in a slot, as many as the service files.</summary>
    public const int InASlot = SlotFiling.Size;

    /// <summary>About what the service claims and writes at once under load.</summary>
    private const int AClaim = 100, ABatch = 100, Looks = 2_000;

    private const string Upstream = "https://upstream.example.test";

    private static readonly TimeProvider Time = TimeProvider.System;

    private readonly NpgsqlDataSource _dataSource;
    private readonly Guid _client;
    private readonly Plans _plans;
    private readonly CancellationToken _stopping;
    private readonly Ids _ids = new(Time);
    private readonly List<Guid> _tasks = [];
    private readonly List<LeasedDelivery> _leased = [];

    public Workload(NpgsqlDataSource dataSource, Guid client, Plans plans, CancellationToken stopping)
    {
        (_dataSource, _client, _plans, _stopping) = (dataSource, client, plans, stopping);
        Steps =
        [
            ("ClaimDueTasks, first", () => ClaimAsync(fresh: true)), (Readings, ReadAsync), (Claim, () => ClaimAsync(fresh: false)),
            ("LanesDue", LookAtLanesAsync), (Facts, LookAtFactsAsync), (Outcomes, EndAsync), ("DestinationsDue", LookAtDestinationsAsync),
            (Settle, SettleAsync),
        ];
    }

    public IReadOnlyList<(string Name, Func<Task<(int Rows, int Calls)>> Run)> Steps { get; }

    /// <summary>The share of updates that touched no index, table by table.</summary>
    public Task<Dictionary<string, double>> HotUpdatesAsync() => ReadAsync<double>("""
        select relname, n_tup_hot_upd::float8 / n_tup_upd from pg_stat_user_tables where schemaname = 'bridge' and n_tup_upd > 1000
        """);

    public Task<Dictionary<string, long>> SizesAsync() => ReadAsync<long>("""
        select relname, pg_total_relation_size(relid) / 1000000 from pg_stat_user_tables
        where schemaname = 'bridge' and pg_total_relation_size(relid) > 1000000
        """);

    /// <summary>Prepared statements that are planned anew with each call, by their beginning: with how many calls.</summary>
    public Task<Dictionary<string, long>> PlannedAnewAsync() => ReadAsync<long>("""
        select left(regexp_replace(statement, '\s+', ' ', 'g'), 80), custom_plans from pg_prepared_statements where custom_plans > 10
        """);

    // Hours later than the round before: nothing of it is waited for.
    private async Task<(int Rows, int Calls)> ClaimAsync(bool fresh)
    {
        var (claims, turn) = (new ClaimDueTasks(_dataSource), new ClaimTurn(1, _client, fresh));
        var now = Time.GetUtcNow() + TimeSpan.FromHours(fresh ? 0 : 2);
        if (!fresh) await _plans.SaveAsync("ClaimDueTasks", ClaimCommands(turn, now), _stopping);
        var (rows, calls) = (0, 0);
        _tasks.Clear();
        while (await claims.ClaimAsync(turn, AClaim, (_, _) => TimeSpan.FromHours(1), () => 0, now, _stopping) is { Count: > 0 } claimed)
        {
            _tasks.AddRange(claimed.Select(task => task.Id));
            (rows, calls) = (rows + claimed.Count, calls + 1);
        }

        return (rows, calls);
    }

    private IEnumerable<NpgsqlBatchCommand> ClaimCommands(ClaimTurn turn, DateTimeOffset now)
    {
        Guid[] some = [.. _tasks.Take(AClaim)];
        yield return Command(ClaimDueTasks.LockDue, turn.Lane, 2, AClaim, now, turn.Client, turn.Fresh);
        yield return Command(ClaimDueTasks.MoveOn, some, some.Select(_ => TimeSpan.FromHours(1)).ToArray(), now);
        yield return Command(ClaimDueTasks.CorrectSlots, (long[])[1, 2]);
    }

    private static NpgsqlBatchCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }

    // A first answer: the upstream works on it, and names the model.
    private Task<(int Rows, int Calls)> ReadAsync() => InBatchesAsync(_tasks, "RecordReadings", tasks => RecordReadings.Commands(
        [
            .. tasks.Select(task => new Reading
            {
                Task = task,
                Status = TaskStatuses.Processing,
                Family = Families.Veo,
                Model = "veo3.1-fast",
                UpstreamCreatedAt = Time.GetUtcNow(),
                ReadAt = Time.GetUtcNow(),
            }),
        ], _ids.Next()));

    private Task<(int Rows, int Calls)> LookAtFactsAsync() => CallsAsync(_tasks.Chunk(ABatch), async tasks =>
    {
        await TaskFacts.ReadAsync(_dataSource, tasks, _stopping);
        return tasks.Length;
    });

    private async Task<(int Rows, int Calls)> EndAsync()
    {
        await _plans.SaveAsync("RecordOutcomes+InsertEvents", Ending([.. _tasks.Take(ABatch)]).Commands, _stopping);
        return await CallsAsync(_tasks.Chunk(ABatch), async tasks =>
        {
            var (commands, events) = Ending(tasks);
            await using var batch = _dataSource.CreateBatch();
            batch.BatchCommands.Add(EventWriting.Announcement());
            foreach (var command in commands) batch.BatchCommands.Add(command);
            await using var reader = await batch.ExecuteReaderAsync(_stopping);
            await reader.NextResultAsync(_stopping);
            var (leased, _) = await InsertEvents.ReadAsync(reader, events.ToDictionary(one => one.Id), long.MaxValue, _stopping);
            _leased.AddRange(leased);
            return tasks.Length;
        });
    }

    // The facts are read in a step of their own: here they are what they would be.
    private (NpgsqlBatchCommand[] Commands, NewEvent[] Events) Ending(Guid[] tasks)
    {
        var (mark, now) = (_ids.Next(), Time.GetUtcNow());
        Outcome[] outcomes = [.. tasks.Select(task => OutcomeOf(task, now))];
        NewEvent[] events =
        [
            .. outcomes.Select(outcome => NewEvent.Of(
                outcome, new(outcome.Task, "video_0123456789abcdef", "order-1", "default", now, null, null, now))),
        ];
        NpgsqlBatchCommand[] commands =
        [
            RecordOutcomes.Command(outcomes, mark), InsertEvents.Command(events, mark, always: true, ABatch, TimeSpan.FromMinutes(1), _ids),
        ];
        return (commands, events);
    }

    private static Outcome OutcomeOf(Guid task, DateTimeOffset now) => new()
    {
        Task = task,
        Status = TaskStatuses.Completed,
        Family = Families.Veo,
        Model = "veo3.1-fast",
        UpstreamCreatedAt = now,
        VideoUrls = [$"https://cdn.upstream.example.test/videos/{task:n}.mp4?expires=1800000000&signature=0123456789abcdef"],
        VideoUrlExpiresAt = now.AddDays(1),
        ActualDuration = 8,
        EndedAt = now,
    };

    private async Task<(int Rows, int Calls)> SettleAsync()
    {
        await _plans.SaveAsync("SettleDeliveries", SettleDeliveries.Commands(Settlements([.. _leased.Take(ABatch)])), _stopping);
        return await CallsAsync(_leased.Chunk(ABatch), async leased =>
        {
            await SettleDeliveries.WriteAsync(_dataSource, Settlements(leased));
            return leased.Length;
        });
    }

    private static Settlement[] Settlements(LeasedDelivery[] leased) =>
    [
        .. leased.Select(delivery => Settlement.After(
            delivery, new(new AttemptResult.Accepted(200), Time.GetUtcNow(), TimeSpan.FromMilliseconds(3), "ok"u8.ToArray()), [], 0)),
    ];

    private async Task<(int Rows, int Calls)> LookAtLanesAsync()
    {
        await _plans.SaveAsync("LanesDue", [Command(LanesDue.Sql, Families.Veo, Time.GetUtcNow(), DBNull.Value, Upstream)], _stopping);
        return await CallsAsync(Enumerable.Range(0, Looks), async _ =>
        {
            await LanesDue.ReadAsync(_dataSource, Families.Veo, null, Upstream, null, _stopping);
            return 1;
        });
    }

    private async Task<(int Rows, int Calls)> LookAtDestinationsAsync()
    {
        await _plans.SaveAsync("DestinationsDue", [new(DestinationsDue.Sql)], _stopping);
        return await CallsAsync(Enumerable.Range(0, Looks), async _ =>
        {
            await DestinationsDue.ReadAsync(_dataSource, _stopping);
            return 1;
        });
    }

    private async Task<(int Rows, int Calls)> InBatchesAsync(
        IReadOnlyList<Guid> tasks, string plan, Func<Guid[], IEnumerable<NpgsqlBatchCommand>> commands)
    {
        await _plans.SaveAsync(plan, commands([.. tasks.Take(ABatch)]), _stopping);
        return await CallsAsync(tasks.Chunk(ABatch), async some =>
        {
            await using var batch = _dataSource.CreateBatch();
            foreach (var command in commands(some)) batch.BatchCommands.Add(command);
            await batch.ExecuteNonQueryAsync(_stopping);
            return some.Length;
        });
    }

    private static async Task<(int Rows, int Calls)> CallsAsync<T>(IEnumerable<T> calls, Func<T, Task<int>> call)
    {
        var (rows, count) = (0, 0);
        foreach (var one in calls) (rows, count) = (rows + await call(one), count + 1);
        return (rows, count);
    }

    private async Task<Dictionary<string, T>> ReadAsync<T>(string sql)
    {
        await using var command = _dataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(_stopping);
        var values = new Dictionary<string, T>();
        while (await reader.ReadAsync(_stopping)) values[reader.GetString(0)] = await reader.GetFieldValueAsync<T>(1, _stopping);
        return values;
    }
}
