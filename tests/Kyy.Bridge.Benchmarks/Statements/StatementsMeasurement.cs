using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Benchmarks.Statements;

/// <summary>What the statements of a task's way cost PostgreSQL, each of them alone and one call at a time.</summary>
internal sealed class StatementsMeasurement : IMeasurement
{
    private static readonly TimeProvider Time = TimeProvider.System;

    public string Name => "statements";

    public string Question => "what do claims, records and settles cost PostgreSQL, a row?";

    public async Task<Report> RunAsync(Progress progress, string folder, Extent extent, CancellationToken stopping)
    {
        await using var database = await progress.StepAsync(
            "PostgreSQL starts", () => StatementsDatabase.StartAsync(Path.Combine(folder, "statements-database"), stopping));
        var (client, tasks) = (new Ids(Time).Next(), extent.Of(100_000, 1_000));
        await progress.StepAsync($"{tasks} tasks", async () =>
        {
            await database.FillAsync(client, tasks, Workload.InASlot, stopping);
            return true;
        });
        var processes = await PostgresProcesses.OfAsync(database.DataSource, stopping);
        var work = new Workload(database.DataSource, client, new Plans(database.DataSource, Path.Combine(folder, "statements")), stopping);
        var figures = new List<StatementFigures>();
        foreach (var (name, run) in work.Steps)
        {
            figures.Add(await progress.StepAsync(name, () => MeasureAsync(name, run, processes)));
            // What one step leaves to vacuum is not the next one's.
            await database.ExecuteAsync("vacuum analyze", stopping);
        }

        return StatementsReport.Of(figures, await work.HotUpdatesAsync(), await work.SizesAsync(), await work.PlannedAnewAsync());
    }

    private static async Task<StatementFigures> MeasureAsync(
        string name, Func<Task<(int Rows, int Calls)>> run, PostgresProcesses? processes)
    {
        var (before, started) = (processes?.Used(), Time.GetTimestamp());
        var (rows, calls) = await run();
        var (elapsed, after) = (Time.GetElapsedTime(started), processes?.Used());
        return new(
            name, rows, calls, elapsed.TotalSeconds,
            (after?.Backends - before?.Backends)?.TotalSeconds, (after?.All - before?.All)?.TotalSeconds);
    }
}
