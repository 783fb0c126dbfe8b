using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Fairness;

/// <summary>Makes tables of what was measured, and says which targets this run misses.</summary>
internal static class FairnessReport
{
    /// <summary>The 95th percentile may grow by less than this.</summary>
    private const double LargestRatio = 1.10;

    public static Report Of(IReadOnlyList<Phase> phases, IReadOnlyList<NoiseFigures> noises, int share)
    {
        var (alone, noisy) = (Row.Of("alone, all", Of(phases, withNoise: false)), Row.Of("with noise, all", Of(phases, withNoise: true)));
        Row[] rows = [.. phases.Select(phase => Row.Of(phase.Name, [phase])), alone, noisy];
        var receivers = noises.SelectMany(noise => noise.Receivers).GroupBy(one => one.Name)
            .Select(of => new NoisyReceiver(of.Key, share, of.Max(one => one.Most), of.Sum(one => one.Attempts))).ToArray();
        var requests = new { Sent = noises.Sum(noise => noise.Sent), Refused = noises.Sum(noise => noise.Refused) };
        var (ratio, spread) = (noisy.P95 / alone.P95, Spread(phases));
        var ratios = phases.GroupBy(phase => phase.Round).Select(Ratio).ToArray();
        string[] lines =
        [
            .. Report.Table([["phase", "events", "p50 ms", "p95 ms", "p99 ms", "processors"], .. rows.Select(row => row.Cells())]),
            "",
            .. Report.Table([["receiver", "share", "most at once", "attempts"], .. receivers.Select(receiver => receiver.Cells())]),
            "",
            $"p95 with noise / p95 alone: {Text(ratio)}; round by round: {string.Join(", ", ratios.Select(Text))}",
            $"Largest / smallest p95 among the stretches alone: {Text(spread)}; a ratio nearer to 1 than that says little.",
            $"Requests of a client over its limit: {requests.Sent}, of which {requests.Refused} refused.",
        ];
        return new(lines, new { phases = rows, receivers, requests, ratio, ratios, spread }, [.. Missed(phases, noises, receivers, ratio)]);
    }

    private static IEnumerable<string> Missed(
        IReadOnlyList<Phase> phases, IReadOnlyList<NoiseFigures> noises, NoisyReceiver[] receivers, double? ratio)
    {
        if (ratio is not < LargestRatio)
            yield return $"p95 grows by less than 10 %: it is {Text(ratio)} times as long.";
        foreach (var receiver in receivers.Where(one => one.Most > one.Share))
            yield return $"Nobody holds more than its share: '{receiver.Name}' held {receiver.Most} of {receiver.Share}.";
        foreach (var receiver in receivers.Where(one => one.Most < one.Share))
            yield return $"The noise is what it should be: '{receiver.Name}' never held more than {receiver.Most} of {receiver.Share}.";
        foreach (var phase in phases.Where(one => one.Missing > 0))
            yield return $"All events of the quiet client arrive: {phase.Missing} did not, {phase.Name}.";
        if (noises.Any(noise => !noise.IsOver)) yield return "Noise is over before the next stretch alone begins: it was not.";
    }

    private static double? Spread(IReadOnlyList<Phase> phases)
    {
        var each = Of(phases, withNoise: false).Select(phase => Row.Of(phase.Name, [phase]).P95).ToList();
        return each.Max() / each.Min();
    }

    private static double? Ratio(IEnumerable<Phase> round) => P95(round, withNoise: true) / P95(round, withNoise: false);

    private static double? P95(IEnumerable<Phase> round, bool withNoise) => Row.Of("", Of(round, withNoise)).P95;

    private static string Text(double? ratio) => ratio is { } known ? known.ToString("0.00", CultureInfo.InvariantCulture) : "-";

    private static Phase[] Of(IEnumerable<Phase> phases, bool withNoise) => [.. phases.Where(phase => phase.WithNoise == withNoise)];

    private sealed record NoisyReceiver(string Name, int Share, int Most, int Attempts)
    {
        public string[] Cells() =>
        [
            Name, Share.ToString(CultureInfo.InvariantCulture), Most.ToString(CultureInfo.InvariantCulture),
            Attempts.ToString(CultureInfo.InvariantCulture),
        ];
    }

    private sealed record Row(string Name, int Events, double? P50, double? P95, double? P99, double? Processors)
    {
        public static Row Of(string name, IReadOnlyList<Phase> phases)
        {
            var latencies = new Latencies(phases.SelectMany(phase => phase.Measured));
            return new(
                name, latencies.Count, latencies.Percentile(50), latencies.Percentile(95), latencies.Percentile(99),
                phases.Average(phase => phase.Processors));
        }

        public string[] Cells() =>
        [
            Name, Events.ToString(CultureInfo.InvariantCulture), Text(P50), Text(P95), Text(P99),
            Processors is { } used ? string.Create(CultureInfo.InvariantCulture, $"{used:0 %}") : "?",
        ];

        private static string Text(double? milliseconds) => milliseconds is { } ms ? ms.ToString("0.0", CultureInfo.InvariantCulture) : "-";
    }
}
