using System.Globalization;
using System.Net.Http.Headers;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>What a correct asker makes of a <c>Retry-After</c>.</summary>
internal static class RetryAfterHeader
{
    /// <summary>Beyond an hour an asker may well take it for garbage: nothing is held against one that does.</summary>
    private static readonly TimeSpan Absurd = TimeSpan.FromHours(1);

    /// <param name="value">As written.</param>
    /// <param name="now">By which a date is counted.</param>
    /// <returns>How long to be quiet; null where it says nothing that has to be obeyed: garbage, the past, the absurd.</returns>
    public static TimeSpan? Read(string? value, DateTimeOffset now)
    {
        if (value is null || !RetryConditionHeaderValue.TryParse(value, out var header)) return null;
        var pause = header.Delta ?? header.Date - now;
        return pause > TimeSpan.Zero && pause <= Absurd ? pause : null;
    }

    /// <summary>A moment as an HTTP date.</summary>
    public static string Of(DateTimeOffset moment) => moment.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);
}
