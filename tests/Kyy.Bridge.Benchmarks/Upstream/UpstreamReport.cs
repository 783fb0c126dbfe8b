using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Upstream;

/// <summary>Compares the service's client with bare requests.</summary>
internal static class UpstreamReport
{
    private const double MostCost = 1.25;

    public static Report Of((PollFigures Bare, PollFigures Client) plain, (PollFigures Bare, PollFigures Client) secure)
    {
        var (cost, cost2) = (Cost(plain), Cost(secure));
        string[] lines =
        [
            $"Processors' time as a multiple of the bare request's, by HTTP/1.1: {Text(cost)}",
            $"The same by HTTP/2: {Text(cost2)}",
            "",
            .. Report.Table(
            [
                ["", "polls/s", "own µs/poll", "bytes/poll"],
                Row("bare, HTTP/1.1", plain.Bare), Row("client, HTTP/1.1", plain.Client),
                Row("bare, HTTP/2 and TLS", secure.Bare), Row("client, HTTP/2 and TLS", secure.Client),
            ]),
        ];
        string[] missed = [.. Missed("HTTP/1.1", cost), .. Missed("HTTP/2", cost2)];
        return new(lines, new { cost, cost_over_http2 = cost2, plain = Both(plain), secure = Both(secure) }, missed);
    }

    private static double Cost((PollFigures Bare, PollFigures Client) figures) =>
        figures.Client.MicrosecondsEach / figures.Bare.MicrosecondsEach;

    private static object Both((PollFigures Bare, PollFigures Client) figures) => new { figures.Bare, figures.Client };

    private static IEnumerable<string> Missed(string protocol, double cost) =>
        cost <= MostCost ? [] : [$"At most {Text(MostCost)} times the processors' time of a bare request by {protocol}: {Text(cost)}."];

    private static string[] Row(string name, PollFigures of) => [name, Whole(of.PerSecond), Text(of.MicrosecondsEach), Whole(of.BytesEach)];

    private static string Whole(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("0.00", CultureInfo.InvariantCulture);
}
