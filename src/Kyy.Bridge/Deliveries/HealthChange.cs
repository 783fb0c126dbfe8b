using System.Globalization;
using System.Text.Json;

namespace Kyy.Bridge.Deliveries;

/// <summary>What a batch of settlements says of one destination: a pure decision, written by <see cref="RecordHealth"/>.</summary>
/// <remarks>
/// The attempts count in the order of their answers. The last success of the batch wipes whatever failed before it; what failed after it
/// counts. So a batch says of a destination what its attempts one by one would have said, with one update. Any number of answers that
/// ask for patience are one slow-down: they were on the way together.
/// </remarks>
internal sealed record HealthChange
{
    // How a receiver says that it is there and cannot keep up.
    private static readonly int[] SlowingStatuses =
    [
        StatusCodes.Status429TooManyRequests, StatusCodes.Status502BadGateway,
        StatusCodes.Status503ServiceUnavailable, StatusCodes.Status504GatewayTimeout,
    ];

    public required int Destination { get; init; }

    /// <summary>Whether something was accepted: what was known of failures before is over.</summary>
    public bool Healed { get; init; }

    /// <summary>Failures since then.</summary>
    public int Failures { get; init; }

    /// <summary>When the first of them began.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>When the last attempt began.</summary>
    public required DateTimeOffset LastAttemptAt { get; init; }

    /// <summary>What the last failure was: a status or an <see cref="AttemptError"/>.</summary>
    public string? LastFailure { get; init; }

    /// <summary>Whether the destination is to be slowed down.</summary>
    public bool Slowed { get; init; }

    /// <summary>Until when it has asked to be left alone.</summary>
    public DateTimeOffset? AskedUntil { get; init; }

    /// <summary>One change for each destination that something was sent to.</summary>
    public static IReadOnlyList<HealthChange> Of(IEnumerable<Settlement> settlements) =>
    [
        .. settlements.Where(settlement => settlement.Attempt is not null && Says(settlement))
            .GroupBy(settlement => settlement.Delivery.Destination)
            .Select(same => Of(same.Key, [.. same.Select(settlement => settlement.Attempt!).OrderBy(EndedAt)])),
    ];

    private static HealthChange Of(int destination, Attempt[] attempts)
    {
        var failures = attempts[(Array.FindLastIndex(attempts, IsAccepted) + 1)..];
        var slowing = failures.Select(failure => (At: EndedAt(failure), Answer: Slowing(failure.Result)))
            .Where(failure => failure.Answer is not null).ToArray();
        return new()
        {
            Destination = destination,
            Healed = failures.Length < attempts.Length,
            Failures = failures.Length,
            FailingSince = failures.Length > 0 ? failures.Min(failure => failure.StartedAt) : null,
            LastAttemptAt = attempts.Max(attempt => attempt.StartedAt),
            LastFailure = failures.Length > 0 ? Named(failures[^1].Result, failures) : null,
            Slowed = slowing.Length > 0,
            AskedUntil = slowing.Max(failure => failure.At + Granted(failure.Answer!)),
        };
    }

    private static TimeSpan? Granted(AttemptResult.Rejected answer) =>
        answer.RetryAfter is { } asked ? RetrySchedule.Granted(asked) : null;

    // A host that says of one callback that it is gone is well; an endpoint that says so is not.
    private static bool Says(Settlement settlement) => !settlement.DisablesCallback || settlement.Delivery.EndpointId is not null;

    private static bool IsAccepted(Attempt attempt) => attempt.Result is AttemptResult.Accepted;

    private static DateTimeOffset EndedAt(Attempt attempt) => attempt.StartedAt + attempt.Duration;

    private static AttemptResult.Rejected? Slowing(AttemptResult result) =>
        result is AttemptResult.Rejected rejected && SlowingStatuses.Contains(rejected.StatusCode) ? rejected : null;

    // That an endpoint is gone outweighs whatever else came back.
    private static string Named(AttemptResult last, Attempt[] failures) =>
        Name(failures.Any(failure => failure.Result is AttemptResult.Gone) ? new AttemptResult.Gone() : last);

    private static string Name(AttemptResult result) => result switch
    {
        AttemptResult.Gone => FailingEndpoints.Gone,
        AttemptResult.Rejected rejected => rejected.StatusCode.ToString(CultureInfo.InvariantCulture),
        AttemptResult.Unreachable unreachable => JsonNamingPolicy.SnakeCaseLower.ConvertName(unreachable.Error.ToString()),
        _ => throw new InvalidOperationException($"{result.GetType().Name} is no failure."),
    };
}
