namespace Kyy.Bridge.Http;

/// <summary>
/// Keeps the promise that an outage shows as a 503 within five seconds where a handler waits for a server that stands still. Npgsql gives
/// a statement up only after its time-out, and then waits for its own cancellation to be heard, which takes ten seconds in all.
/// </summary>
/// <remarks>
/// The handler is left to find its own end, and the request is kept until then: what it had begun may be committed still, as with every
/// 503. Handlers and filters inside leave the response alone and return what is to be written.
/// </remarks>
internal sealed class AnswersInTime(Readiness readiness, TimeProvider time) : IEndpointFilter
{
    /// <summary>The parameter of the query by which a caller asks to be kept waiting.</summary>
    public const string WaitParameter = "wait";

    private static readonly TimeSpan
        Patience = TimeSpan.FromSeconds(2.5), BetweenLooks = TimeSpan.FromSeconds(1), LongestLook = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var handling = next(context);
        // A caller who asked to be kept waiting is.
        return handling.IsCompleted || context.HttpContext.Request.Query.ContainsKey(WaitParameter)
            ? handling
            : WatchAsync(handling.AsTask(), context.HttpContext);
    }

    private async ValueTask<object?> WatchAsync(Task<object?> handling, HttpContext http)
    {
        for (var wait = Patience; !await EndsWithinAsync(handling, wait); wait = BetweenLooks)
        {
            if (await DatabaseAnswersAsync() || handling.IsCompleted) continue;
            KeepUntilEnd(http, handling);
            throw new TimeoutException("a request waited in vain");
        }

        return await handling;
    }

    private async Task<bool> EndsWithinAsync(Task handling, TimeSpan limit)
    {
        await handling.WaitAsync(limit, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return handling.IsCompleted;
    }

    // One that is slow is waited for.
    private async Task<bool> DatabaseAnswersAsync()
    {
        var look = readiness.DatabaseAnswersAsync();
        return await EndsWithinAsync(look, LongestLook) && await look;
    }

    // The answer leaves before; the context, its services and their connection end after the handler that has them.
    private static void KeepUntilEnd(HttpContext http, Task handling)
    {
        http.Response.OnCompleted(async () => await handling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing));
        // The next request of this connection would have to wait as long.
        if (HttpProtocol.IsHttp11(http.Request.Protocol)) http.Response.OnStarting(() =>
        {
            http.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        });
    }
}
