using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Start;

/// <summary>Makes a table of starts, and says which targets they miss.</summary>
internal static class StartReport
{
    public static Report Of(IReadOnlyList<StartFigures> kinds) => new(
        [.. Report.Table(
        [
            ["found at the start", "starts", "ready ms", "worst ms", "target ms", "processors ms", "resident MiB", "peak MiB"],
            .. kinds.Select(Row),
        ])],
        new { kinds },
        [.. kinds.Where(one => one.Median > one.Kind.Limit).Select(Missed)]);

    private static string[] Row(StartFigures of) =>
    [
        of.Kind.Name, Whole(of.Starts.Count), Whole(of.Median.TotalMilliseconds), Whole(of.Worst.TotalMilliseconds),
        Whole(of.Kind.Limit.TotalMilliseconds), Whole(of.Processors.TotalMilliseconds), Whole(of.Resident), Whole(of.Most),
    ];

    private static string Missed(StartFigures of) => string.Create(
        CultureInfo.InvariantCulture,
        $"Ready within {of.Kind.Limit.TotalSeconds} s, {of.Kind.Name}: {of.Median.TotalSeconds:0.00} s in the median.");

    private static string Whole(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
