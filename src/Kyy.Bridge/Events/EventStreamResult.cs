using Kyy.Bridge.Keys;

namespace Kyy.Bridge.Events;

/// <summary>An answer that goes on until the reader leaves.</summary>
/// <param name="Caller">Who reads.</param>
/// <param name="Client">Whose events; null for everybody's.</param>
/// <param name="Start">Where the reader begins.</param>
/// <param name="First">The page from there, which was read before the answer began: a refusal has a status of its own.</param>
internal sealed record EventStreamResult(Caller Caller, Guid? Client, FeedCursor Start, FeedAnswer.Page First) : IResult
{
    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext) =>
        httpContext.RequestServices.GetRequiredService<EventStream>().RunAsync(httpContext, Caller, Client, Start, First);
}
