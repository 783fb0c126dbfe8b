namespace Kyy.Bridge.Http;

/// <summary>What every route of the API refuses before its handler runs.</summary>
internal sealed class RequestFaults : IEndpointFilter
{
    /// <inheritdoc />
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        // Answers are the caller's own, and some carry a key.
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        var refusal = context.Arguments.OfType<IRefusable>().Select(argument => argument.Refusal).FirstOrDefault(found => found is not null)
            ?? Query(context);
        return refusal is null ? next(context) : ValueTask.FromResult<object?>(refusal);
    }

    private static ProblemResult? Query(EndpointFilterInvocationContext context) =>
        context.Arguments.OfType<QueryReader>().Any() ? null : new QueryReader(context.HttpContext.Request.Query).Refusal();
}
