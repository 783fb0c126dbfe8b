using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Polling.Estimates;

/// <summary>Which estimate a task is planned by, and where it comes from.</summary>
/// <param name="Estimate">Null where nothing is known.</param>
/// <param name="Source">What it comes from; null where there is none.</param>
internal readonly record struct EstimateChoice(Estimate? Estimate, EstimateSource? Source)
{
    /// <summary>
    /// What the operator has configured wins: who writes a number means it. Else what was learned, since the documents' numbers are the
    /// upstream's promise and these are what it does; else what is documented.
    /// </summary>
    /// <param name="family">The family of the task.</param>
    /// <param name="model">The model; null while the upstream has not named it.</param>
    /// <param name="flex">Whether the task is of the offline tier, for which nothing is documented or configured.</param>
    /// <param name="learned">The range that was learned for that model and tier; null while there are too few observations.</param>
    public static EstimateChoice Of(ModelFamily family, string? model, bool flex, (TimeSpan Min, TimeSpan Max)? learned)
    {
        var known = family.EstimateFor(model, flex);
        if (known is not null && family.EstimatesAreConfigured) return new(known, EstimateSource.Configured);
        if (learned is { } range && model is not null && MayLearn(family, model))
            return new(new(model, range.Min, range.Max), EstimateSource.Learned);
        return known is null ? default : new(known, EstimateSource.Documented);
    }

    // A model that a caller has registered under another family says nothing about that one.
    private static bool MayLearn(ModelFamily family, string model) => family.Id != DefaultFamily.Id && family.Owns(model);
}

/// <summary>Where an estimate comes from.</summary>
internal enum EstimateSource
{
    /// <summary>The family's document.</summary>
    Documented,

    /// <summary><c>Bridge:Families:…:Estimate</c>, with another value than the documented one.</summary>
    Configured,

    /// <summary>The durations of videos that were observed.</summary>
    Learned,
}
