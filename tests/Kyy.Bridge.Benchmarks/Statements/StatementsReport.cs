using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Statements;

/// <summary>Makes a table of what was measured. There is no target: the figures are for comparing one version with the next.</summary>
internal static class StatementsReport
{
    // Of a task that is asked about three times, and whose end is told once: each step's share.
    private static readonly Dictionary<string, int> TimesATask = new()
    {
        [Workload.Claim] = 3,
        [Workload.Readings] = 1,
        [Workload.Facts] = 1,
        [Workload.Outcomes] = 1,
        [Workload.Settle] = 1,
    };

    public static Report Of(
        IReadOnlyList<StatementFigures> figures, IReadOnlyDictionary<string, double> hotUpdates,
        IReadOnlyDictionary<string, long> megabytes,
        IReadOnlyDictionary<string, long> plannedAnew)
    {
        var (backends, server) = (ATask(figures, one => one.BackendMicroseconds), ATask(figures, one => one.ServerMicroseconds));
        string[] lines =
        [
            .. Report.Table(
            [
                ["statement", "rows", "calls", "rows/s", "backend µs/row", "server µs/row"], .. figures.Select(one => one.Cells()),
            ]),
            "",
            $"A task with three polls and one webhook: {Text(backends)} µs of backends, {Text(server)} µs of all of PostgreSQL.",
            $"HOT of all updates: {string.Join(", ", hotUpdates.Select(table => $"{table.Key} {Percent(table.Value)}"))}.",
            $"Sizes with indexes, MB: {string.Join(", ", megabytes.Select(table => $"{table.Key} {table.Value}"))}.",
            .. plannedAnew.Select(one => $"Planned anew {one.Value} times: {one.Key}"),
        ];
        return new(lines, new { statements = figures, backends, server, hotUpdates, megabytes, plannedAnew }, []);
    }

    private static double? ATask(IReadOnlyList<StatementFigures> figures, Func<StatementFigures, double?> cost) => figures
        .Where(one => TimesATask.ContainsKey(one.Name)).Aggregate((double?)0, (sum, one) => sum + cost(one) * TimesATask[one.Name]);

    private static string Text(double? number) => number?.ToString("0", CultureInfo.InvariantCulture) ?? "?";

    private static string Percent(double share) => share.ToString("0 %", CultureInfo.InvariantCulture);
}
