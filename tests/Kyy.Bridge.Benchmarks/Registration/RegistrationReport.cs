using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Registration;

/// <summary>Makes tables of what was measured, and says which targets this run misses.</summary>
internal static class RegistrationReport
{
    private const double SmallestRatio = 0.6, SlowestBatches = 60_000;
    private const int Large = 10_000;

    public static Report Of(IReadOnlyList<Stretch> stretches, long registered, long stored)
    {
        Stretch[] rows =
        [
            .. stretches.GroupBy(one => (one.What, one.Size, one.AtOnce)).Select(same => Stretch.Sum([.. same]))
                .OrderBy(one => one.Size).ThenBy(one => one.AtOnce),
        ];
        var singles = rows.Where(row => row.Size == 1 && row.What != Stretch.Bare).ToDictionary(row => row.What, row => Ratio(row, rows));
        var large = rows.Where(row => row.Size == Large).ToArray();
        string[] lines =
        [
            .. singles.Select(single => $"Single registrations {single.Key} / bare endpoint: {Text(single.Value, "0.00")}"),
            .. large.Select(row => $"Batches of {Large} {row.What}, {Times(row.AtOnce)}, of the {SlowestBatches:0} tasks/s wanted: "
                + Text(row.PerSecond / SlowestBatches, "0.00")),
            "",
            .. Report.Table([["registered", "size", "at once", "tasks/s", "server", "PostgreSQL", "sender"], .. rows.Select(Cells)]),
            "Server, PostgreSQL and sender: processor seconds for a million tasks.",
        ];
        return new(lines, new { singles, rows = rows.Select(Figures), registered, stored }, [.. Missed(singles, rows, registered, stored)]);
    }

    private static IEnumerable<string> Missed(Dictionary<string, double> singles, Stretch[] rows, long registered, long stored)
    {
        foreach (var (what, ratio) in singles.Where(single => single.Value < SmallestRatio))
            yield return $"Single registrations {what} reach {SmallestRatio} of a bare endpoint: they reach {Text(ratio, "0.00")}.";
        foreach (var row in rows.Where(row => row.Size == Large && row.PerSecond < SlowestBatches))
            yield return $"Batches of {Large} {row.What}, {Times(row.AtOnce)}, register {SlowestBatches:0} tasks/s: {Text(row.PerSecond, "0")}.";
        foreach (var row in rows.Where(row => row.Refused > 0))
            yield return $"Every registration is taken: {row.Refused} requests were not, {row.What}, {row.Size} tasks each.";
        if (registered > stored) yield return $"What is answered is stored: {registered} were answered, and {stored} are stored.";
    }

    private static double Ratio(Stretch single, Stretch[] rows) =>
        single.PerSecond / rows.Single(row => row.What == Stretch.Bare).PerSecond;

    private static string Times(int atOnce) => atOnce == 1 ? "one after another" : $"{atOnce} at once";

    private static string[] Cells(Stretch row) =>
    [
        row.What, Text(row.Size, "0"), Text(row.AtOnce, "0"), Text(row.PerSecond, "0"), Text(row.PerMillion(row.Server), "0.0"),
        Text(row.PerMillion(row.Postgres), "0.0"), Text(row.PerMillion(row.Own), "0.0"),
    ];

    private static object Figures(Stretch row) => new
    {
        row.What,
        row.Size,
        row.AtOnce,
        row.Tasks,
        row.Refused,
        row.PerSecond,
        ServerSecondsPerMillion = row.PerMillion(row.Server),
        PostgresSecondsPerMillion = row.PerMillion(row.Postgres),
        SenderSecondsPerMillion = row.PerMillion(row.Own),
    };

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
