using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Fairness;

/// <summary>Makes tables of what was measured, and says which targets this run misses.</summary>
internal static class FairnessReport
{
    /// <summary>The 95th percentile may grow by less than this.</summary>
    private const double LargestRatio = 1.10;

    public static Report Of(IReadOnlyList<Phase> phases, IReadOnlyList<NoiseFigures> noises, int share)
    {
        Row[] all = [.. Enum.GetValues<Company>().Select(company => Row.Of($"{Phase.Kind(company)}, all", Of(phases, company)))];
        Row[] rows = [.. phases.Select(phase => Row.Of(phase.Name, [phase])), .. all];
        var receivers = noises.SelectMany(noise => noise.Receivers).GroupBy(one => one.Name)
            .Select(of => new NoisyReceiver(of.Key, share, of.Max(one => one.Most), of.Sum(one => one.Attempts))).ToArray();
        var requests = new { Sent = noises.Sum(noise => noise.Sent), Refused = noises.Sum(noise => noise.Refused) };
        var (ratio, beyondAlone, spread) = (P95(phases, Company.Unwell) / P95(phases, Company.Well),
            P95(phases, Company.Unwell) / P95(phases, Company.Alone), Spread(phases));
        var ratios = phases.GroupBy(phase => phase.Round).Select(Ratio).ToArray();
        string[] lines =
        [
            .. Report.Table([["phase", "events", "p50 ms", "p95 ms", "p99 ms", "processors", "others' attempts/s"], .. rows.Select(row => row.Cells())]),
            "",
            .. Report.Table([["receiver", "share", "most at once", "attempts"], .. receivers.Select(receiver => receiver.Cells())]),
            "",
            $"p95 beside unwell others / p95 beside well ones: {Text(ratio)}; round by round: {string.Join(", ", ratios.Select(Text))}",
            $"p95 beside unwell others / p95 alone: {Text(beyondAlone)}, which is also what any neighbours cost",
            $"Largest / smallest p95 among the stretches alone: {Text(spread)}; a ratio nearer to 1 than that says little.",
            $"Requests of a client over its limit: {requests.Sent}, of which {requests.Refused} refused.",
        ];
        return new(lines, new { phases = rows, receivers, requests, ratio, ratios, beyondAlone, spread }, [.. Missed(phases, noises, receivers, ratio)]);
    }

    private static IEnumerable<string> Missed(
        IReadOnlyList<Phase> phases, IReadOnlyList<NoiseFigures> noises, NoisyReceiver[] receivers, double? ratio)
    {
        if (ratio is not < LargestRatio)
            yield return $"p95 grows by less than 10 % where others are unwell instead of well: it is {Text(ratio)} times as long.";
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
        var each = Of(phases, Company.Alone).Select(phase => Row.Of(phase.Name, [phase]).P95).ToList();
        return each.Max() / each.Min();
    }

    private static double? Ratio(IEnumerable<Phase> round) => P95([.. round], Company.Unwell) / P95([.. round], Company.Well);

    private static double? P95(IReadOnlyList<Phase> phases, Company company) => Row.Of("", Of(phases, company)).P95;

    private static string Text(double? ratio) => ratio is { } known ? known.ToString("0.00", CultureInfo.InvariantCulture) : "-";

    private static Phase[] Of(IEnumerable<Phase> phases, Company company) => [.. phases.Where(phase => phase.Company == company)];

    private sealed record NoisyReceiver(string Name, int Share, int Most, int Attempts)
    {
        public string[] Cells() =>
        [
            Name, Share.ToString(CultureInfo.InvariantCulture), Most.ToString(CultureInfo.InvariantCulture),
            Attempts.ToString(CultureInfo.InvariantCulture),
        ];
    }

    private sealed record Row(string Name, int Events, double? P50, double? P95, double? P99, double? Processors, double OthersAttempts)
    {
        public static Row Of(string name, IReadOnlyList<Phase> phases)
        {
            var latencies = new Latencies(phases.SelectMany(phase => phase.Measured));
            return new(
                name, latencies.Count, latencies.Percentile(50), latencies.Percentile(95), latencies.Percentile(99),
                phases.Average(phase => phase.Processors), phases.Average(phase => phase.OthersPerSecond));
        }

        public string[] Cells() =>
        [
            Name, Events.ToString(CultureInfo.InvariantCulture), Text(P50), Text(P95), Text(P99),
            Processors is { } used ? string.Create(CultureInfo.InvariantCulture, $"{used:0 %}") : "?",
            OthersAttempts.ToString("0", CultureInfo.InvariantCulture),
        ];

        private static string Text(double? milliseconds) => milliseconds is { } ms ? ms.ToString("0.0", CultureInfo.InvariantCulture) : "-";
    }
}
