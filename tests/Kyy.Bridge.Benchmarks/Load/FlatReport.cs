using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>Compares the service with the bare loop.</summary>
internal static class FlatReport
{
    private const double LeastOfBare = 0.7, MostCost = 1.8, LeastByHttp2 = 1.6;

    public static Report Of(LoadFigures bare, int concurrency, LoadFigures plain, LoadFigures secure)
    {
        var (throughput, cost, http2) = (
            plain.TasksPerSecond / bare.TasksPerSecond, CostOf(plain) / CostOf(bare), secure.TasksPerSecond / plain.TasksPerSecond);
        string[] lines =
        [
            $"Of the bare loop's throughput, by HTTP/1.1: {Text(throughput)}",
            $"Processors' time of service and PostgreSQL, as a multiple of the bare loop's: {Text(cost)}",
            $"By HTTP/2 as a multiple of HTTP/1.1: {Text(http2)}",
            "",
            .. Report.Table(
            [
                ["", "tasks/s", "polls/s", "webhooks/s", "own µs/task", "PostgreSQL µs/task", "both s/million polls", "actors µs/task", "peak MiB"],
                Row($"bare loop, {concurrency} at once", bare), Row("service, HTTP/1.1", plain), Row("service, HTTP/2", secure),
            ]),
        ];
        string[] missed =
        [
            .. Missed(throughput >= LeastOfBare, $"At least {Text(LeastOfBare)} of the bare loop's throughput: {Text(throughput)}."),
            .. Missed(cost <= MostCost, $"At most {Text(MostCost)} times the bare loop's processors' time: {Text(cost)}."),
            .. Missed(http2 >= LeastByHttp2, $"HTTP/2 gives at least {Text(LeastByHttp2)} times as much: {Text(http2)}."),
        ];
        return new(lines, new { throughput, cost, http2, concurrency, bare, plain, secure }, missed);
    }

    private static IEnumerable<string> Missed(bool met, string sentence) => met ? [] : [sentence];

    // In microseconds for each task, the actors left out: they are everybody's.
    private static double CostOf(LoadFigures figures) => figures.PerTask(figures.Cost.Own + figures.Cost.Postgres);

    private static string[] Row(string name, LoadFigures of) =>
    [
        name, Whole(of.TasksPerSecond), Whole(of.Polls / of.Elapsed.TotalSeconds), Whole(of.Webhooks / of.Elapsed.TotalSeconds),
        Whole(of.PerTask(of.Cost.Own)), Whole(of.PerTask(of.Cost.Postgres)),
        Text((of.Cost.Own + of.Cost.Postgres).TotalSeconds / of.Polls * 1_000_000), Whole(of.PerTask(of.Cost.Actors)), Whole(of.Memory),
    ];

    private static string Whole(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("0.00", CultureInfo.InvariantCulture);
}
