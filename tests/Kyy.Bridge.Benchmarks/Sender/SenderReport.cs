using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Sender;

/// <summary>Compares the sender with the bare handler.</summary>
internal static class SenderReport
{
    private const double MostCost = 1.5;

    public static Report Of(SenderFigures[] sender, SenderFigures[] bare)
    {
        var ratios = sender.Zip(bare, (one, other) => one.CpuOfEach / other.CpuOfEach).Order().ToArray();
        var ratio = ratios[ratios.Length / 2];
        string[] lines =
        [
            $"Processors' time of an attempt, as a multiple of the bare POST's, the median of {ratios.Length} rounds: {Text(ratio)}",
            "",
            .. Report.Table(
            [
                ["", "webhooks/s", "own µs each", "bytes allocated each"],
                Row("sender", Sum(sender)), Row("bare handler", Sum(bare)),
            ]),
        ];
        string[] missed = ratio <= MostCost ? [] : [$"At most {Text(MostCost)} times the bare POST's processors' time: {Text(ratio)}."];
        return new(lines, new { ratio, ratios, sender, bare }, missed);
    }

    private static SenderFigures Sum(SenderFigures[] rounds) => rounds.Aggregate((one, other) => new(
        one.Posts + other.Posts, one.Elapsed + other.Elapsed, one.Cpu + other.Cpu, one.Allocated + other.Allocated));

    private static string[] Row(string name, SenderFigures of) => [name, Whole(of.PerSecond), Text(of.CpuOfEach), Whole(of.AllocatedByEach)];

    private static string Whole(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("0.00", CultureInfo.InvariantCulture);
}
