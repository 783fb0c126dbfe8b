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

    public static UpstreamFacts Read(JsonMembers task, KeyMask mask, DateTimeOffset now) => new()
    {
        RawStatus = JsonScalar.Storable(task["status"], mask, MaxWordBytes),
        Model = JsonScalar.Storable(task["model"], mask, MaxWordBytes),
        Created = ReadCreated(JsonScalar.Number(task["created"]), now),
        ActualDuration = JsonScalar.Number(task["actualDuration"]) is >= 0 and <= LongestVideo and var seconds ? seconds : null,
        Error = ReadError(task["error"], mask),
    };

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
        if (error is not { ValueKind: JsonValueKind.Object }) return NewError(null, error, mask);
        var members = new JsonMembers(error.Value);
        return NewError(members["code"], members["message"], mask) ?? NewError(null, error, mask);
    }

    private static UpstreamError? NewError(JsonElement? code, JsonElement? message, KeyMask mask)
    {
        var error = new UpstreamError(
            JsonScalar.Storable(code, mask, MaxWordBytes), JsonScalar.Storable(message, mask, MaxMessageBytes));
        return error is (null, null) ? null : error;
    }
}
