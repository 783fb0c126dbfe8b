using System.Globalization;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Microsoft.AspNetCore.Authentication;

namespace Kyy.Bridge.Limits;

/// <summary>
/// Counts each request of a client and says in every answer what it has left. It stands before the authorisation, so that what is
/// refused there counts and is answered alike. Admins have no limits.
/// </summary>
internal static class ClientLimits
{
    private const string Limit = "X-RateLimit-Limit", Remaining = "X-RateLimit-Remaining", Reset = "X-RateLimit-Reset";

    public static IServiceCollection AddClientLimits(this IServiceCollection services) =>
        services.AddSingleton<RequestRates>().AddSingleton<TasksInFlight>().AddSingleton<Quota>();

    public static void UseClientLimits(this WebApplication app) => app.Use(Apply);

    /// <summary>Counts the items of a batch but the first, which is the request itself.</summary>
    public static ProblemResult? ChargeItems(HttpContext context, Caller caller, int items) =>
        caller.ClientId is { } client && items > 1
            ? Refusal(context.RequestServices.GetRequiredService<RequestRates>().Take(client, items - 1))
            : null;

    private static async Task Apply(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase)
            // Kept by its handler for the rest of the request.
            || await context.AuthenticateAsync(ApiKeyAuthentication.SchemeName) is not { Succeeded: true }
            || Caller.Of(context).ClientId is not { } client)
        {
            await next(context);
            return;
        }

        var rates = context.RequestServices.GetRequiredService<RequestRates>();
        var state = rates.Take(client, 1);
        // As the answer starts, and not here: the exception handler clears what was set before.
        context.Response.OnStarting(() =>
        {
            Tell(context.Response.Headers, rates.Of(client));
            return Task.CompletedTask;
        });
        if (Refusal(state) is { } refusal) await refusal.ExecuteAsync(context);
        else await next(context);
    }

    private static ProblemResult? Refusal(RateState state) => state.RetryAfter is { } wait
        ? Problems.Quota($"This client may ask {state.Limit} times at once, and again as its bucket fills. The items of a batch count each.", wait)
        : null;

    private static void Tell(IHeaderDictionary headers, RateState state)
    {
        headers[Limit] = state.Limit.ToString(CultureInfo.InvariantCulture);
        headers[Remaining] = state.Remaining.ToString(CultureInfo.InvariantCulture);
        headers[Reset] = Math.Ceiling(state.Reset.TotalSeconds).ToString(CultureInfo.InvariantCulture);
    }
}
