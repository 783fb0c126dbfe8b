using System.Globalization;

namespace Kyy.Bridge.Benchmarks.ScaleOut;

/// <summary>Compares several replicas with one.</summary>
internal static class ScaleReport
{
    // Where processors are shared by all of them, more processes cost a little more; where they are not, there is more to be had.
    private const double LeastOfOne = 0.9, LeastShare = 0.5;

    public static Report Of(IReadOnlyList<ScaleFigures> all)
    {
        var throughput = all[^1].Load.TasksPerSecond / all[0].Load.TasksPerSecond;
        var share = all.Min(one => one.LeastShare);
        string[] lines =
        [
            $"Throughput of {all[^1].Replicas} replicas, as a multiple of one's: {Text(throughput)}",
            $"The least busy replica's part of an equal one: {Text(share)}",
            "",
            .. Report.Table(
            [
                [
                    "replicas", "tasks/s", "polls/s", "webhooks/s", "services µs/task", "PostgreSQL µs/task",
                    "a core of PostgreSQL carries tasks/s", "actors µs/task", "least share",
                ],
                .. all.Select(Row),
            ]),
        ];
        string[] missed =
        [
            .. Missed(throughput >= LeastOfOne, $"At least {Text(LeastOfOne)} of one replica's throughput: {Text(throughput)}."),
            .. Missed(share >= LeastShare, $"No replica does less than {Text(LeastShare)} of an equal part: {Text(share)}."),
        ];
        return new(lines, new { throughput, share, all }, missed);
    }

    private static IEnumerable<string> Missed(bool met, string sentence) => met ? [] : [sentence];

    private static string[] Row(ScaleFigures of)
    {
        var (load, postgres) = (of.Load, of.Load.PerTask(of.Load.Cost.Postgres));
        return
        [
            Whole(of.Replicas), Whole(load.TasksPerSecond), Whole(load.Polls / load.Elapsed.TotalSeconds),
            Whole(load.Webhooks / load.Elapsed.TotalSeconds), Whole(load.PerTask(load.Cost.Own)), Whole(postgres),
            Whole(1_000_000 / postgres), Whole(load.PerTask(load.Cost.Actors)), Text(of.LeastShare),
        ];
    }

    private static string Whole(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("0.00", CultureInfo.InvariantCulture);
}
