using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>Compares the end of half an hour with its beginning.</summary>
internal static class SustainedReport
{
    /// <summary>How long it lasts.</summary>
    public const int Minutes = 30;

    // The first pruning comes after five minutes and has to catch up: sizes are compared from when that is over.
    private const int Compared = 5, Settled = 10;
    private const double LeastThroughput = 0.95, MostSize = 1.3, Mebibyte = 1024 * 1024;

    public static Report Of(LoadFigures most, double rate, IReadOnlyList<SustainedMinute> minutes, bool allArrived)
    {
        var throughput = minutes.TakeLast(Compared).Average(one => one.TasksPerSecond) / minutes.Take(Compared).Average(one => one.TasksPerSecond);
        var (early, late) = (minutes[Settled - 1].Bytes.Values.Sum(), minutes[^1].Bytes.Values.Sum());
        var size = (double)late / early;
        string[] lines =
        [
            string.Create(CultureInfo.InvariantCulture, $"Flat out {most.TasksPerSecond:0} tasks/s with a million in flight; kept at {rate:0} a second."),
            $"Throughput of the last five minutes, as a share of the first five: {Text(throughput)}",
            $"Size of tables and indexes in the end, as a multiple of minute {Settled}: {Text(size)}",
            "",
            .. Report.Table(
            [
                ["minute", "tasks/s", "repeats", "p95 of deliveries ms", "tables MiB", "dead tuples", "service MiB"],
                .. minutes.Select((one, i) => one.Cells(i + 1)),
            ]),
            "",
            .. Report.Table(
            [
                ["table", $"minute {Settled} MiB", "end MiB"],
                .. minutes[^1].Bytes.OrderBy(table => table.Key, StringComparer.Ordinal)
                    .Select(table => new[] { table.Key, MiB(minutes[Settled - 1].Bytes[table.Key]), MiB(table.Value) }),
            ]),
        ];
        string[] missed =
        [
            .. Missed(throughput >= LeastThroughput, $"At least {Text(LeastThroughput)} of the throughput in the end: {Text(throughput)}."),
            .. Missed(size <= MostSize, $"At most {Text(MostSize)} times the size in the end: {Text(size)}."),
            .. Missed(allArrived, "All webhooks arrive: some had not, long after."),
        ];
        return new(lines, new { most, rate, throughput, size, minutes, allArrived }, missed);
    }

    public static string MiB(long bytes) => (bytes / Mebibyte).ToString("#,0", CultureInfo.InvariantCulture);

    private static IEnumerable<string> Missed(bool met, string sentence) => met ? [] : [sentence];

    private static string Text(double number) => number.ToString("0.00", CultureInfo.InvariantCulture);
}

/// <summary>What a minute came to.</summary>
/// <param name="TasksPerSecond">Webhooks a second, each event once.</param>
/// <param name="Repeats">Webhooks that came again.</param>
/// <param name="Wait">The 95th percentile from a delivery's creation to its end, of the last seconds.</param>
/// <param name="Bytes">Of each table with its indexes.</param>
/// <param name="Dead">Dead tuples of all of them.</param>
/// <param name="Memory">What the service was resident with, in MiB.</param>
internal sealed record SustainedMinute(
    double TasksPerSecond, int Repeats, TimeSpan? Wait, IReadOnlyDictionary<string, long> Bytes, long Dead, double Memory)
{
    public string[] Cells(int minute) =>
    [
        Whole(minute), Whole(TasksPerSecond), Whole(Repeats), Wait is { } wait ? Whole(wait.TotalMilliseconds) : "-",
        SustainedReport.MiB(Bytes.Values.Sum()), Whole(Dead), Whole(Memory),
    ];

    private static string Whole(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
