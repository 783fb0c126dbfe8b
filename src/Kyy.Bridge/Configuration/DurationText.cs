using System.Globalization;

namespace Kyy.Bridge.Configuration;

/// <summary>
/// Durations as people write them: <c>500ms</c>, <c>15s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>, or <c>hh:mm:ss[.fff]</c>.
/// <see cref="TimeSpan.Parse(string)"/> is not used: it takes "15" for fifteen days.
/// </summary>
internal static class DurationText
{
    private const string Forms = "Write a duration such as 500ms, 15s, 5m, 2h, 1d or 00:00:15.500.";

    private static readonly string[] ClockForms = [@"hh\:mm\:ss", @"hh\:mm\:ss\.fff"];

    // From the largest down, so that Format finds the shortest text first.
    private static readonly (string Name, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay),
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
    ];

    /// <summary>Reads a duration that has to lie within two bounds, both allowed.</summary>
    public static Parsed<TimeSpan> Parse(string text, TimeSpan min, TimeSpan max)
    {
        var parsed = Parse(text);
        return parsed.Remedy is null && (parsed.Value < min || parsed.Value > max)
            ? new Remedy($"Write a duration from {Format(min)} to {Format(max)}.")
            : parsed;
    }

    /// <summary>Reads a duration of any length that a <see cref="TimeSpan"/> can hold.</summary>
    public static Parsed<TimeSpan> Parse(string text)
    {
        if (TimeSpan.TryParseExact(text, ClockForms, CultureInfo.InvariantCulture, out var clock)) return clock;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits < 0) return new Remedy($"A bare number has no unit: write {text}s, {text}m or {text}h.");

        var unit = Array.Find(Units, unit => text.AsSpan(digits).SequenceEqual(unit.Name));
        if (digits == 0 || unit.Name is null) return new Remedy(Forms);
        return long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count <= TimeSpan.MaxValue.Ticks / unit.Ticks
                ? TimeSpan.FromTicks(count * unit.Ticks)
                : new Remedy($"This is longer than can be counted. {Forms}");
    }

    /// <summary>The shortest text that reads back as the same duration, down to the millisecond.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero) return "0s";
        var unit = Array.Find(Units, unit => duration.Ticks % unit.Ticks == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / unit.Ticks}{unit.Name}");
    }
}
