using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Events;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tasks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Limits;

/// <summary>The route by which a caller finds out about itself.</summary>
internal static class MeApi
{
    public static void MapMe(this IEndpointRouteBuilder api) => api.MapGroup("/me").WithTags("Me").MapGet("/", Get)
        .WithName("GetMe").WithSummary("Whose key this is, what it may use, and what it uses.");

    private static async Task<Ok<Me>> Get(
        Caller caller, LimitsSettings limits, RequestRates rates, TasksInFlight tasks, TaskWaiting waiting, StreamPlaces streams,
        BridgeDbContext db, CancellationToken cancellation)
    {
        var key = await KeyAsync(db, caller, cancellation);
        if (caller.ClientId is not { } client) return TypedResults.Ok(new Me(ApiKeyAuthentication.Admin, null, null, key, null, null));

        return TypedResults.Ok(new Me(
            ApiKeyAuthentication.Client,
            TypeId.Format(TypeId.Client, client),
            await db.Clients.Where(row => row.Id == client).Select(row => row.Name).SingleOrDefaultAsync(cancellation),
            key,
            new(
                limits.RequestsPerSecond, limits.RequestBurst, limits.TasksInFlight, limits.Endpoints, limits.Waits, limits.Streams,
                limits.CallbacksPerTask),
            new(
                rates.Of(client).Remaining,
                (await tasks.OfAsync(client, cancellation)).InFlight,
                await db.Set<WebhookEndpoint>().CountAsync(row => row.ClientId == client && row.DeletedAt == null, cancellation),
                waiting.Of(caller.Owner),
                streams.Of(caller.Owner))));
    }

    private static async Task<MeKey> KeyAsync(BridgeDbContext db, Caller caller, CancellationToken cancellation) =>
        await db.ApiKeys.SingleOrDefaultAsync(row => row.Id == caller.KeyId, cancellation) is { } row
            ? new(TypeId.Format(TypeId.Key, row.Id), row.Name, row.Prefix, row.CreatedAt, row.ExpiresAt)
            : new(null, null, null, null, null);
}
