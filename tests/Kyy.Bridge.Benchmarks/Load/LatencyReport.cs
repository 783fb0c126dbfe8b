using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>Says how long things waited, and which targets that misses.</summary>
internal static class LatencyReport
{
    private const double WebhookP50 = 10, WebhookP99 = 100, PollP99 = 1_000;

    public static Report Of(LoadFigures most, double half, Latencies toWebhook, Latencies toPoll)
    {
        string[] lines =
        [
            string.Create(CultureInfo.InvariantCulture, $"Flat out {most.TasksPerSecond:0} tasks/s; measured at {half:0} a second."),
            "",
            .. Report.Table(
            [
                ["", "count", "p50 ms", "p95 ms", "p99 ms"],
                Row("terminal answer read → webhook received", toWebhook), Row("due → poll received", toPoll),
            ]),
        ];
        string[] missed =
        [
            .. Missed("Terminal answer read → webhook received, p50", toWebhook.Percentile(50), WebhookP50),
            .. Missed("Terminal answer read → webhook received, p99", toWebhook.Percentile(99), WebhookP99),
            .. Missed("Due → poll received, p99", toPoll.Percentile(99), PollP99),
        ];
        return new(lines, new { most, half, toWebhook = Figures(toWebhook), toPoll = Figures(toPoll) }, missed);
    }

    private static IEnumerable<string> Missed(string what, double? measured, double target) => measured <= target
        ? []
        : [$"{what} in at most {target.ToString("0", CultureInfo.InvariantCulture)} ms: {Text(measured)} ms."];

    private static string[] Row(string name, Latencies of) =>
        [name, of.Count.ToString(CultureInfo.InvariantCulture), Text(of.Percentile(50)), Text(of.Percentile(95)), Text(of.Percentile(99))];

    private static object Figures(Latencies of) => new { of.Count, P50 = of.Percentile(50), P95 = of.Percentile(95), P99 = of.Percentile(99) };

    private static string Text(double? milliseconds) => milliseconds is { } ms ? ms.ToString("0.0", CultureInfo.InvariantCulture) : "-";
}
