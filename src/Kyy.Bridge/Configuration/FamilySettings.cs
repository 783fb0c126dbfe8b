using System.Collections.Immutable;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Configuration;

/// <summary>
/// Reads <c>Bridge:Families:&lt;family&gt;:…</c>: the documented families with what the operator changed. Every family has the same keys;
/// one that is not documented is an unknown key like any other.
/// </summary>
internal static class FamilySettings
{
    /// <summary>
    /// A window's maximum is at least this many times its minimum. A plan keeps 3 % above the minimum and up to 10 % below the
    /// maximum free for lateness; with less than this there would be nothing between the two to plan in.
    /// </summary>
    public const double LeastSpread = 1.2;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1), Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1), Week = TimeSpan.FromDays(7), Year = TimeSpan.FromDays(365);

    public static ImmutableArray<ModelFamily> Read(ConfigurationReader families, IReadOnlyList<ModelFamily> documented, bool allowFaster) =>
        [.. documented.Select(family => Read(families.Section(family.Id), family, allowFaster))];

    private static ModelFamily Read(ConfigurationReader reader, ModelFamily documented, bool allowFaster)
    {
        var estimates = Estimates(reader, documented.Estimates);
        return documented with
        {
            Models = reader.Texts("Models", documented.Models),
            Window = Window(reader, "PollInterval", documented.Window, documented.Window, allowFaster)!.Value,
            FlexWindow = Window(reader, "FlexPollInterval", documented.FlexWindow, documented.FlexWindow ?? documented.Window, allowFaster),
            Estimates = estimates,
            // By value: the reference file says the documented numbers, too, and nobody who copies it means to stop the learning.
            EstimatesAreConfigured = !estimates.SequenceEqual(documented.Estimates),
            RecordLife = reader.OptionalDuration("Retention", documented.RecordLife, Second, Year),
            Deadline = reader.Duration("Deadline", documented.Deadline, Second, Week),
            FlexDeadline = reader.Duration("FlexDeadline", documented.FlexDeadline, Second, Week),
            NotFoundGrace = reader.Duration("NotFoundGrace", documented.NotFoundGrace, TimeSpan.Zero, Day),
        };
    }

    private static PollWindow? Window(
        ConfigurationReader reader, string key, PollWindow? fallback, PollWindow documented, bool allowFaster)
    {
        if (Range(reader, key, fallback?.Min, fallback?.Max, Moment, Day) is not var (min, max)) return fallback;
        reader.Check(allowFaster || min >= documented.Min, [$"{key}:Min"],
            $"Write the documented {DurationText.Format(documented.Min)} or more, or set Bridge:Upstream:AllowFasterThanDocumented to true.");
        reader.Check(max >= min * LeastSpread, [$"{key}:Max", $"{key}:Min"],
            $"Write 1.2 times the minimum of {DurationText.Format(min)} or more: a plan needs the room between the two.");
        return new(min, max);
    }

    // Where several estimates are documented, one by resolution each, the operator's single one replaces them all.
    private static ImmutableArray<Estimate> Estimates(ConfigurationReader reader, ImmutableArray<Estimate> documented)
    {
        var single = documented is [var only] ? only : null;
        if (Range(reader, "Estimate", single?.Min, single?.Max, TimeSpan.Zero, Week) is not var (min, max)) return documented;
        reader.Check(max >= min, ["Estimate:Max", "Estimate:Min"], $"Write the minimum of {DurationText.Format(min)} or more.");
        return [new(single?.Models ?? "*", min, max)];
    }

    private static (TimeSpan Min, TimeSpan Max)? Range(
        ConfigurationReader reader, string key, TimeSpan? fallbackMin, TimeSpan? fallbackMax, TimeSpan least, TimeSpan most)
    {
        var (minKey, maxKey) = ($"{key}:Min", $"{key}:Max");
        var min = reader.OptionalDuration(minKey, fallbackMin, least, most);
        var max = reader.OptionalDuration(maxKey, fallbackMax, least, most);
        reader.Check(min is not null || max is null, [minKey, maxKey], $"Write both {minKey} and {maxKey}, or neither.");
        reader.Check(max is not null || min is null, [maxKey, minKey], $"Write both {minKey} and {maxKey}, or neither.");
        return min is { } from && max is { } to ? (from, to) : null;
    }
}
