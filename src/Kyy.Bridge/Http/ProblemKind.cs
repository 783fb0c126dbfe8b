namespace Kyy.Bridge.Http;

/// <summary>The kinds of problem that the API answers with. Callers decide on the path, so one that is published stays.</summary>
internal sealed record ProblemKind(string Type, int Status, string Title)
{
    public static readonly ProblemKind
        MalformedBody = new("/problems/malformed-body", 400, "The body is not the JSON that was expected."),
        Validation = new("/problems/validation", 400, "The request is not valid."),
        BadRequest = new("/problems/bad-request", 400, "The request could not be understood."),
        Unauthorized = new("/problems/unauthorized", 401, "A valid API key is required."),
        Forbidden = new("/problems/forbidden", 403, "This API key may not do that."),
        NotFound = new("/problems/not-found", 404, "There is nothing here."),
        MethodNotAllowed = new("/problems/method-not-allowed", 405, "This method is not allowed here."),
        RequestTimeout = new("/problems/request-timeout", 408, "The request took too long to arrive."),
        ClientBusy = new("/problems/client-busy", 409, "The client has tasks in flight."),
        UpstreamKeyInUse = new("/problems/upstream-key-in-use", 409, "Tasks in flight use the upstream key."),
        IdempotencyInProgress = new("/problems/idempotency-in-progress", 409, "A request with this Idempotency-Key is still running."),
        TaskDiffers = new("/problems/task-differs", 409, "The task is registered with other values."),
        TaskEnded = new("/problems/task-ended", 409, "The task has ended."),
        NotRefreshable = new("/problems/not-refreshable", 409, "There is no fresh link to be had of the task."),
        CursorExpired = new("/problems/cursor-expired", 410, "The feed does not reach back to this cursor."),
        NotRedeliverable = new("/problems/not-redeliverable", 409, "The delivery cannot be sent again."),
        PayloadTooLarge = new("/problems/payload-too-large", 413, "The body is too large."),
        UnsupportedMediaType = new("/problems/unsupported-media-type", 415, "The body has to be application/json."),
        IdempotencyKeyReused = new("/problems/idempotency-key-reused", 422, "This Idempotency-Key belongs to another request."),
        Quota = new("/problems/quota", 429, "A limit of this client is reached."),
        Internal = new("/problems/internal", 500, "Something went wrong here."),
        Unavailable = new("/problems/unavailable", 503, "The service cannot answer at the moment.");

    private static readonly ProblemKind[] Plain =
    [
        BadRequest, Unauthorized, Forbidden, NotFound, MethodNotAllowed, RequestTimeout, PayloadTooLarge, UnsupportedMediaType, Internal,
        Unavailable,
    ];

    /// <summary>The kind of an answer of which only the status is known: the framework's own refusals.</summary>
    public static ProblemKind OfStatus(int status) =>
        Plain.FirstOrDefault(kind => kind.Status == status)
        ?? (status >= 500 ? Internal : BadRequest) with { Status = status };
}
