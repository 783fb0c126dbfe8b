using System.Globalization;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>
/// Tasks that are in flight all the time and come due again in some hours: they were asked about, and are waited for. They are of a
/// family whose turn comes beside that of the tasks that are measured.
/// </summary>
internal static class BackgroundTasks
{
    private const int LargestBatch = 10_000;

    // As if each had been asked about once and its slot planned with it; slots stay together, as a claim leaves them.
    private const string Plan = """
        with planned as materialized (
            select id, now() + interval '2 hours' + random() * interval '8 hours' as due from bridge.slots where fresh
        ), slots as (
            update bridge.slots s set next_due = p.due, fresh = false from planned p where s.id = p.id
        )
        update bridge.tasks t set next_poll_at = p.due, last_polled_at = now(), polls = 1, status = 'processing', processing_at = now()
        from planned p where t.slot_id = p.id
        """;

    public static async Task<int> AddAsync(LoadStage stage, int tasks, CancellationToken stopping)
    {
        await stage.HoldAsync(stopping);
        var others = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < tasks; i += LargestBatch)
        {
            var ids = Enumerable.Range(i, Math.Min(LargestBatch, tasks - i))
                .Select(n => string.Create(CultureInfo.InvariantCulture, $"waiting-{others}-{n}")).ToList();
            await stage.RegisterAsync(ids, Families.Veo, stopping);
            // Each few, while their slots are still fresh and the statement short.
            await ExecuteAsync(stage, Plan, stopping);
        }

        // As autovacuum leaves it, which comes in its own time.
        await ExecuteAsync(stage, "vacuum (analyze) bridge.tasks, bridge.slots, bridge.task_callbacks", stopping);
        return tasks;
    }

    private static async Task ExecuteAsync(LoadStage stage, string sql, CancellationToken stopping)
    {
        await using var command = stage.Service.Database.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(stopping);
    }
}
