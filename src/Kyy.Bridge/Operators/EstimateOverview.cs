using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Polling.Estimates;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Operators;

/// <summary>What is known about how long videos take, as admins see it: each family's patterns, then its observed models.</summary>
internal static class EstimateOverview
{
    public static IReadOnlyList<EstimateStats> Of(ModelCatalogue catalogue, IReadOnlyList<ModelDurations> observed)
    {
        var byFamily = observed.ToLookup(row => catalogue.ForModel(row.Model));
        return [.. catalogue.Families.SelectMany(family => PatternsOf(family).Select(row => Of(family, row.Model, row.Tier, null))
            .Concat(byFamily[family].Select(row => Of(family, row.Model, row.Tier, row))))];
    }

    // What a model is planned by that was not observed yet.
    private static IEnumerable<(string Model, string Tier)> PatternsOf(ModelFamily family)
    {
        foreach (var pattern in family.Estimates.Select(estimate => estimate.Models).DefaultIfEmpty("*"))
            yield return (pattern, ServiceTiers.Default);
        if (family.FlexWindow is not null) yield return ("*", ServiceTiers.Flex);
    }

    private static EstimateStats Of(ModelFamily family, string model, string tier, ModelDurations? durations)
    {
        var flex = tier == ServiceTiers.Flex;
        var learned = durations is null ? null : DurationHistogram.Range(durations.Buckets, durations.Observed);
        var choice = EstimateChoice.Of(family, model, flex, learned);
        return new(
            family.Id,
            model,
            tier,
            // A pattern matches itself, so that its own estimate is found by it like a model's.
            Range(ModelCatalogue.Documented.Find(family.Id)?.EstimateFor(model, flex)),
            family.EstimatesAreConfigured ? Range(family.EstimateFor(model, flex)) : null,
            learned is var (min, max) ? new(Seconds(min), Seconds(max)) : null,
            durations?.Observed ?? 0,
            Word(choice.Source));
    }

    private static EstimateRange? Range(Estimate? estimate) => estimate is null ? null : new(Seconds(estimate.Min), Seconds(estimate.Max));

    private static double Seconds(TimeSpan duration) => Math.Round(duration.TotalSeconds, 1);

    private static string? Word(EstimateSource? source) => source switch
    {
        EstimateSource.Documented => "documented",
        EstimateSource.Configured => "configured",
        EstimateSource.Learned => "learned",
        null => null,
        _ => throw new InvalidOperationException($"No word for {source}."),
    };
}
