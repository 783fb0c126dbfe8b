using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>Compares the figures with many tasks in flight with those with few.</summary>
internal static class GrowthReport
{
    private const double LeastOfFew = 0.9, MostMemory = 250;

    public static Report Of(IReadOnlyList<(int InFlight, LoadFigures Figures)> rows)
    {
        var (few, many) = (rows[0].Figures, rows[^1].Figures);
        var (throughput, cost) = (many.TasksPerSecond / few.TasksPerSecond, CostOf(few) / CostOf(many));
        string[] lines =
        [
            $"Throughput with the most in flight, as a share of that with the fewest: {Text(throughput)}",
            $"Tasks for a second of service and PostgreSQL, likewise: {Text(cost)}",
            "",
            .. Report.Table(
            [
                ["in flight", "tasks/s", "polls/s", "own µs/task", "PostgreSQL µs/task", "peak MiB"],
                .. rows.Select(row => new[]
                {
                    Whole(row.InFlight), Whole(row.Figures.TasksPerSecond), Whole(row.Figures.Polls / row.Figures.Elapsed.TotalSeconds),
                    Whole(row.Figures.PerTask(row.Figures.Cost.Own)), Whole(row.Figures.PerTask(row.Figures.Cost.Postgres)),
                    Whole(row.Figures.Memory),
                }),
            ]),
        ];
        string[] missed =
        [
            .. Missed(throughput >= LeastOfFew, $"With the most in flight at least {Text(LeastOfFew)} of the throughput: {Text(throughput)}."),
            .. Missed(cost >= LeastOfFew, $"With the most in flight at least {Text(LeastOfFew)} of the tasks for a second of work: {Text(cost)}."),
            .. Missed(many.Memory < MostMemory, $"Less than {Whole(MostMemory)} MiB resident: {Whole(many.Memory)}."),
        ];
        return new(lines, new { throughput, cost, rows = rows.Select(row => new { row.InFlight, row.Figures }) }, missed);
    }

    private static IEnumerable<string> Missed(bool met, string sentence) => met ? [] : [sentence];

    private static double CostOf(LoadFigures figures) => figures.PerTask(figures.Cost.Own + figures.Cost.Postgres);

    private static string Whole(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("0.00", CultureInfo.InvariantCulture);
}
