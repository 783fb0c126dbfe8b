using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Http;

/// <summary>
/// Gives every POST a transaction and its <c>Idempotency-Key</c> a meaning. A handler works with the request's
/// <see cref="BridgeDbContext"/> and begins no transaction: what it does and the answer that is kept commit together, and the
/// answer leaves after that.
/// </summary>
/// <remarks>
/// A route that <see cref="RouteDescription.IsIdempotentByNature"/> has no such transaction, since its effect may be part of a commit
/// that it shares with others: its fingerprint is committed first, and whatever happens then, a repetition ends the same way.
/// </remarks>
internal sealed class IdempotencyKey(IdempotencyRecords records) : IEndpointFilter
{
    private const string BeforeEffect = "before_effect";

    /// <inheritdoc />
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!HttpMethods.IsPost(http.Request.Method)) return await next(context);

        var (request, refusal) = IdempotentRequest.Read(http, context.Arguments.OfType<JsonBody>().SingleOrDefault());
        if (refusal is not null) return refusal;

        var isByNature = http.GetEndpoint()?.Metadata.GetMetadata<IdempotentByNature>() is not null;
        // Nothing to keep, and no context to be made: most registrations come this way.
        if (request is null && isByNature) return await next(context);

        var db = http.RequestServices.GetRequiredService<BridgeDbContext>();
        return (request, isByNature) switch
        {
            (null, _) => await CommitAsync(db, context, next),
            (_, true) => await AnewAsync(db, request, context, next),
            (_, false) => await OnceAsync(db, request, context, next),
        };
    }

    private static async Task<IResult> CommitAsync(BridgeDbContext db, EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(context.HttpContext.RequestAborted);
        var result = await RunAsync(context, next);
        // Not to be cancelled: a caller who leaves now would make it unknown whether it is done.
        if (StatusOf(result) < 400) await transaction.CommitAsync(CancellationToken.None);
        return result;
    }

    private static async Task<IResult> AnewAsync(
        BridgeDbContext db, IdempotentRequest request, EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (!await IdempotencyRecords.IsSameAsync(db, request, context.HttpContext.RequestAborted)) return Problems.IdempotencyKeyReused();

        var result = await RunAsync(context, next);
        if (!Answer.IsKept(StatusOf(result))) await IdempotencyRecords.ForgetAsync(db, request);
        return result;
    }

    private async Task<IResult> OnceAsync(
        BridgeDbContext db, IdempotentRequest request, EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        await using var transaction = await db.Database.BeginTransactionAsync(http.RequestAborted);
        if (!await IdempotencyRecords.TryTakeTurnAsync(db, request, http.RequestAborted)) return Problems.IdempotencyInProgress();
        if (await IdempotencyRecords.FindAsync(db, request, http.RequestAborted) is { } record)
        {
            if (!record.Fingerprint.AsSpan().SequenceEqual(request.Fingerprint)) return Problems.IdempotencyKeyReused();
            return new SentAfterwards(records.AnswerOf(record, request).SendAgainAsync);
        }

        await transaction.CreateSavepointAsync(BeforeEffect, http.RequestAborted);
        var answer = await Answer.TakeAsync(await RunAsync(context, next), http);
        if (answer.Status >= 400) await transaction.RollbackToSavepointAsync(BeforeEffect);
        if (Answer.IsKept(answer.Status)) await records.KeepAsync(db, request, answer);
        await transaction.CommitAsync(CancellationToken.None);
        return new SentAfterwards(answer.SendAsync);
    }

    private static async Task<IResult> RunAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        (IResult)(await next(context))!;

    // By the framework and not here: see AnswersInTime.
    private sealed record SentAfterwards(Func<HttpContext, Task> Send) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => Send(httpContext);
    }

    private static int StatusOf(IResult result) => result switch
    {
        INestedHttpResult nested => StatusOf(nested.Result),
        IStatusCodeHttpResult { StatusCode: { } status } => status,
        _ => StatusCodes.Status200OK,
    };
}
