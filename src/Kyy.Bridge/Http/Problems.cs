namespace Kyy.Bridge.Http;

/// <summary>Makes the answers that refuse. None of them quotes a key, a secret, an address or an exception.</summary>
internal static class Problems
{
    private static readonly TimeSpan UnavailableWait = TimeSpan.FromSeconds(5), InProgressWait = TimeSpan.FromSeconds(1);

    /// <summary>Refuses members, parameters or headers: the name on the wire and what is wrong with it.</summary>
    public static ProblemResult Validation(IReadOnlyDictionary<string, string[]> errors) =>
        Of(ProblemKind.Validation, "See errors for what to change.", errors: errors);

    public static ProblemResult Validation(string field, string message) =>
        Validation(new Dictionary<string, string[]> { [field] = [message] });

    public static ProblemResult MalformedBody(string detail) => Of(ProblemKind.MalformedBody, detail);

    public static ProblemResult Unauthorized() =>
        Of(ProblemKind.Unauthorized, "Send 'Authorization: Bearer kyb_…' with a key that is neither expired nor revoked.");

    public static ProblemResult Forbidden() => Of(ProblemKind.Forbidden, "Only an admin's key may do that.");

    /// <summary>Says no more than that: another client's object and one that never was look alike.</summary>
    public static ProblemResult NotFound() => Of(ProblemKind.NotFound);

    public static ProblemResult PayloadTooLarge(int maxBytes) => Of(ProblemKind.PayloadTooLarge, $"Send at most {maxBytes} bytes.");

    public static ProblemResult UnsupportedMediaType() =>
        Of(ProblemKind.UnsupportedMediaType, "Send the body as JSON in UTF-8, with 'Content-Type: application/json'.");

    /// <summary>The task is there with other values in these members.</summary>
    public static ProblemResult TaskDiffers(IReadOnlyDictionary<string, string[]> errors) => Of(ProblemKind.TaskDiffers, errors: errors);

    public static ProblemResult TaskEnded(string detail) => Of(ProblemKind.TaskEnded, detail);

    public static ProblemResult NotRefreshable(string detail) => Of(ProblemKind.NotRefreshable, detail);

    /// <summary>What it would send, or where to, is no more.</summary>
    public static ProblemResult NotRedeliverable(string detail) => Of(ProblemKind.NotRedeliverable, detail);

    public static ProblemResult ClientBusy(int tasksInFlight) =>
        Of(ProblemKind.ClientBusy, $"{tasksInFlight} of its tasks are in flight: stop them or wait for their ends, then delete it.");

    public static ProblemResult UpstreamKeyInUse(long tasksInFlight) => Of(
        ProblemKind.UpstreamKeyInUse,
        $"{tasksInFlight} tasks in flight use it: stop them or wait for their ends, then delete it. PUT changes its value.");

    /// <summary>Events before it were removed, or the database is another one since: the reader has to know that it may have missed some.</summary>
    public static ProblemResult CursorExpired(string earliest)
    {
        var answer = Of(ProblemKind.CursorExpired, "Events may have been missed. Go on from earliest_cursor, and look at your open tasks.");
        return answer with { Problem = answer.Problem with { EarliestCursor = earliest } };
    }

    public static ProblemResult IdempotencyKeyReused() =>
        Of(ProblemKind.IdempotencyKeyReused, "It was sent with another body before: use a new key for a new request.");

    public static ProblemResult IdempotencyInProgress() =>
        Of(ProblemKind.IdempotencyInProgress, "Repeat it a little later to get its answer.", InProgressWait);

    public static ProblemResult Quota(string detail, TimeSpan retryAfter) => Of(ProblemKind.Quota, detail, retryAfter);

    public static ProblemResult Unavailable(string? detail = null) => Of(ProblemKind.Unavailable, detail, UnavailableWait);

    /// <summary>The answer to what the framework refused, of which only the status is known.</summary>
    public static ProblemResult OfStatus(int status) =>
        status is StatusCodes.Status503ServiceUnavailable ? Unavailable() : Of(ProblemKind.OfStatus(status));

    private static ProblemResult Of(
        ProblemKind kind, string? detail = null, TimeSpan? retryAfter = null, IReadOnlyDictionary<string, string[]>? errors = null) =>
        new(new() { Type = kind.Type, Title = kind.Title, Status = kind.Status, Detail = detail, Errors = errors }, retryAfter);
}
