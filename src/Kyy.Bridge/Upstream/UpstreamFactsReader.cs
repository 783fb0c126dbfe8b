using System.Text.Json;

namespace Kyy.Bridge.Upstream;

/// <summary>What an answer says besides its status: read tolerantly, because none of it decides anything.</summary>
internal static class UpstreamFactsReader
{
    private const int MaxWordBytes = 200, MaxMessageBytes = 2 * 1024;

    // The documents' samples are seconds; a larger number can only be milliseconds (as seconds it would be the year 5138).
    private const double FirstMillisecond = 1e11;

    // September 2001: anything earlier is a default value or another unit.
    private const double EarliestSecond = 1e9;

    private const double LongestVideo = 24 * 60 * 60;

    public static UpstreamFacts Read(JsonMembers task, KeyMask mask, DateTimeOffset now) => Of(
        new(JsonScalar.Text(task["status"]), JsonScalar.Text(task["model"]), JsonScalar.Number(task["created"]),
            JsonScalar.Number(task["actualDuration"])),
        ReadError(task["error"], mask), mask, now);

    /// <summary>What was written, made storable and sane.</summary>
    public static UpstreamFacts Of(in WrittenFacts written, UpstreamError? error, KeyMask mask, DateTimeOffset now) => new()
    {
        RawStatus = JsonScalar.Storable(written.Status, mask, MaxWordBytes),
        Model = JsonScalar.Storable(written.Model, mask, MaxWordBytes),
        Created = ReadCreated(written.Created, now),
        ActualDuration = written.ActualDuration is >= 0 and <= LongestVideo and var seconds ? seconds : null,
        Error = error,
    };

    /// <summary>The upstream's words as an error; null where it has none.</summary>
    public static UpstreamError? NewError(string? code, string? message, KeyMask mask)
    {
        var error = (Code: JsonScalar.Storable(code, mask, MaxWordBytes), Message: JsonScalar.Storable(message, mask, MaxMessageBytes));
        return error is (null, null) ? null : new(error.Code, error.Message);
    }

    private static DateTimeOffset? ReadCreated(double? value, DateTimeOffset now)
    {
        var seconds = value > FirstMillisecond ? value / 1000 : value;
        // The upstream's clock is trusted within a day of ours.
        return seconds >= EarliestSecond && seconds <= now.AddDays(1).ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds.Value * 1000))
            : null;
    }

    private static UpstreamError? ReadError(JsonElement? error, KeyMask mask)
    {
        var whole = JsonScalar.Text(error);
        if (error is not { ValueKind: JsonValueKind.Object }) return NewError(null, whole, mask);
        var members = new JsonMembers(error.Value);
        return NewError(JsonScalar.Text(members["code"]), JsonScalar.Text(members["message"]), mask) ?? NewError(null, whole, mask);
    }
}

/// <summary>What an answer says besides its end and its links, as it is written there.</summary>
internal readonly record struct WrittenFacts(string? Status, string? Model, double? Created, double? ActualDuration);
