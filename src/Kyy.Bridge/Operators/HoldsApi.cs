using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Http;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Tasks.Refreshing;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Operators;

/// <summary>The routes by which admins have work wait, and go on.</summary>
internal static class HoldsApi
{
    public static void MapHolds(this IEndpointRouteBuilder api)
    {
        var admin = api.MapGroup("/admin").WithTags("Holds");
        admin.MapPost("/hold", Hold).TakesJson<HoldRequest>().IsIdempotentByNature().WithName("Hold")
            .WithSummary("Has polling or deliveries wait, of a client, of a host or of all; nothing is missed. Answers with all that is held.");
        admin.MapPost("/release", Release).TakesJson<HoldRequest>().IsIdempotentByNature().WithName("Release")
            .WithSummary("Ends exactly that hold, where there is it. Answers with all that is held still.");
    }

    private static async Task<Results<Ok<HoldsInForce>, ProblemResult>> Hold(
        JsonBody body, BridgeDbContext db, HoldStore holds, CancellationToken cancellation)
    {
        var (hold, refusal) = HoldReader.Read(body);
        if (refusal is not null) return refusal;
        if (hold!.Client is { } client && !await db.Clients.AnyAsync(row => row.Id == client && row.DeletedAt == null, cancellation))
            return Problems.Validation("client", "there is no such client");

        await holds.HoldAsync(hold, cancellation);
        return TypedResults.Ok(new HoldsInForce(await holds.ReadAsync(cancellation)));
    }

    private static async Task<Results<Ok<HoldsInForce>, ProblemResult>> Release(
        JsonBody body, HoldStore holds, PollSignals polling, RefreshWork refreshes, Dispatcher dispatcher, CancellationToken cancellation)
    {
        var (hold, refusal) = HoldReader.Read(body);
        if (refusal is not null) return refusal;

        if (await holds.ReleaseAsync(hold!, cancellation)) Wake(hold!, polling, refreshes, dispatcher);
        return TypedResults.Ok(new HoldsInForce(await holds.ReadAsync(cancellation)));
    }

    // Other processes see it with their next look, at the latest after the loop's cadence.
    private static void Wake(WantedHold released, PollSignals polling, RefreshWork refreshes, Dispatcher dispatcher)
    {
        if (released.What == HoldKinds.Deliveries)
        {
            dispatcher.Wake.Raise();
            return;
        }

        polling.RaiseAll();
        refreshes.Wake.Raise();
    }
}
