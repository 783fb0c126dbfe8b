using System.Collections.Immutable;

namespace Kyy.Bridge.Upstream.Catalogue;

/// <summary>
/// One model family of the upstream as data: which models belong to it, how often it may be asked, how long its videos take
/// and how long its results live. A sixth family is a sixth value of this type, not a sixth class.
/// </summary>
public sealed record ModelFamily
{
    /// <summary>The family's name on the wire and in configuration, for instance <c>seedance15</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The family's name for people, for instance <c>Seedance 1.5</c>.</summary>
    public required string Title { get; init; }

    /// <summary>Patterns of the models that belong to it; <c>*</c> stands for any characters, case is ignored.</summary>
    public required ImmutableArray<string> Models { get; init; }

    /// <summary>The allowed interval between two polls of one task.</summary>
    public required PollWindow Window { get; init; }

    /// <summary>The interval for the upstream's cheaper offline tier; null where the family has none.</summary>
    public PollWindow? FlexWindow { get; init; }

    /// <summary>How long its videos usually take, most specific first; empty where nothing is documented as a number.</summary>
    public ImmutableArray<Estimate> Estimates { get; init; } = [];

    /// <summary>
    /// Whether <see cref="Estimates"/> are the operator's, with other values than the documented ones: they go before what was learned.
    /// </summary>
    public bool EstimatesAreConfigured { get; init; }

    /// <summary>How long the upstream keeps a task's record, counted from its creation; null where that is not documented.</summary>
    public TimeSpan? RecordLife { get; init; }

    /// <summary>How long a result's link works; null where that is not documented.</summary>
    public TimeSpan? LinkLife { get; init; }

    /// <summary>What <see cref="LinkLife"/> is counted from.</summary>
    public LinkLifeStart LinkLifeFrom { get; init; }

    /// <summary>After this long without an end a task is <c>timed_out</c>, unless its registration says otherwise.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>The same for the flex tier.</summary>
    public required TimeSpan FlexDeadline { get; init; }

    /// <summary>While a task is younger than this, the upstream's "not found" is taken for a record that is not readable yet.</summary>
    public required TimeSpan NotFoundGrace { get; init; }

    /// <summary>True where one of <see cref="Models"/> matches.</summary>
    public bool Owns(string model) => Models.Any(pattern => ModelPattern.Matches(pattern, model));

    /// <summary>The allowed interval between two polls of a task of that tier.</summary>
    public PollWindow WindowFor(bool flex) => flex ? FlexWindow ?? Window : Window;

    /// <summary>How long a task of that tier may take before it is <c>timed_out</c>.</summary>
    public TimeSpan DeadlineFor(bool flex) => flex ? FlexDeadline : Deadline;

    /// <summary>How long such a task usually takes; null where nothing is known, as for all of the flex tier.</summary>
    /// <param name="model">The model as the upstream named it; null while it has not.</param>
    /// <param name="flex">Whether the task is of the offline tier.</param>
    public Estimate? EstimateFor(string? model, bool flex) =>
        flex ? null : Estimates.FirstOrDefault(estimate => ModelPattern.Matches(estimate.Models, model));

    /// <summary>When a result's link stops working; null where that is not documented, or counts from a creation nobody told.</summary>
    /// <param name="created">The upstream's own creation time.</param>
    /// <param name="completedAt">When the completed answer was read.</param>
    public DateTimeOffset? LinkExpiry(DateTimeOffset? created, DateTimeOffset completedAt) =>
        (LinkLifeFrom is LinkLifeStart.Completion ? completedAt : created) + LinkLife;
}

/// <summary>The allowed interval between two polls of one task.</summary>
/// <param name="Min">Never closer than this.</param>
/// <param name="Max">Never further apart than this.</param>
public readonly record struct PollWindow(TimeSpan Min, TimeSpan Max);

/// <summary>How long videos of some models usually take. Not valid for the flex tier, whose duration is not documented.</summary>
/// <param name="Models">The pattern of those models.</param>
/// <param name="Min">Hardly ever sooner than this.</param>
/// <param name="Max">Usually not later than this.</param>
public sealed record Estimate(string Models, TimeSpan Min, TimeSpan Max);

/// <summary>What the life of a result's link is counted from.</summary>
public enum LinkLifeStart
{
    /// <summary>The upstream's own creation time of the task.</summary>
    Creation,

    /// <summary>The moment the completed answer was read.</summary>
    Completion,
}
