using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Scheduling;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kyy.Bridge.Deliveries;

/// <summary>The routes of the deliveries: what was sent where, what came of it, and sending it again.</summary>
internal static class DeliveriesApi
{
    private const int LongestId = 64;

    public static void MapDeliveries(this IEndpointRouteBuilder api)
    {
        var deliveries = api.MapGroup("/deliveries").WithTags("Deliveries");
        deliveries.MapGet("/", List).TakesQuery([.. DeliveryFilter.Parameters, .. QueryParameter.Page])
            .WithName("ListDeliveries").WithSummary("Lists deliveries, newest first, each with its last attempt.");
        deliveries.MapGet("/{id}", Get).WithName("GetDelivery").WithSummary("One delivery with all its attempts.");
        deliveries.MapPost("/{id}/redeliver", RedeliverOne).Refuses(ProblemKind.NotRedeliverable)
            .WithName("Redeliver").WithSummary("Sends a delivery again at once, under a fresh schedule and with the same webhook-id.");
        deliveries.MapPost("/redeliver", RedeliverMany).TakesJson<BulkRedelivery>()
            .WithName("RedeliverMany").WithSummary("Sends all deliveries of a state and time again, as a replay that goes on by itself.");
    }

    private static async Task<Results<Ok<Page<BridgeDelivery>>, ProblemResult>> List(
        QueryReader query, Caller caller, BridgeDbContext db, CancellationToken cancellation)
    {
        var filter = DeliveryFilter.Read(query);
        var page = query.Page();
        if (query.Refusal() is { } refusal) return refusal;

        return TypedResults.Ok(await DeliveryQueries.ListAsync(db, caller, filter, page, cancellation));
    }

    private static async Task<Results<Ok<BridgeDelivery>, ProblemResult>> Get(
        string id, Caller caller, BridgeDbContext db, CancellationToken cancellation) =>
        await DeliveryQueries.FindAsync(db, caller, id, cancellation) is { } row
            ? TypedResults.Ok(await DeliveryViews.WithAttemptsAsync(db, row, caller.IsAdmin, cancellation))
            : Problems.NotFound();

    private static async Task<Results<Accepted<BridgeDelivery>, ProblemResult>> RedeliverOne(
        string id, Caller caller, BridgeDbContext db, Dispatcher dispatcher, HttpResponse response, CancellationToken cancellation)
    {
        if (await DeliveryQueries.FindAsync(db, caller, id, cancellation) is not { } row) return Problems.NotFound();

        if (await Redeliver.RunAsync((NpgsqlConnection)db.Database.GetDbConnection(), [row.Id], Redeliver.Any, cancellation) == 0
            && await RefusalAsync(db, row, cancellation) is { } refusal) return refusal;

        response.WakeAfterCommit(dispatcher.Wake);
        if (await DeliveryQueries.FindAsync(db, caller, id, cancellation) is not { } now) return Problems.NotFound();
        return TypedResults.Accepted((string?)null, (await DeliveryViews.OfAsync(db, [now], caller.IsAdmin, cancellation))[0]);
    }

    private static async Task<Results<Accepted<ReplayAccepted>, ProblemResult>> RedeliverMany(
        OnBehalfOf owner, JsonBody body, BridgeDbContext db, Ids ids, DatabaseClock clock, ReplayWork replays, HttpResponse response,
        CancellationToken cancellation)
    {
        var members = new MemberReader(body.Root);
        var state = members.Choice("state", Redeliver.Ended);
        if (state is null) members.Fault("state", "is required");
        var (since, until) = (members.Time("since"), members.Time("until"));
        if (since is null) members.Fault("since", "is required");
        if (until <= since) members.Fault("until", "must be after since");
        if (since > clock.Now) members.Fault("since", "must not be in the future");
        var (task, endpoint) = (Id(members, "task", TypeId.Task), Id(members, "endpoint", TypeId.Endpoint));
        if (task is { } t && !await db.Tasks.AnyAsync(row => row.Id == t && row.ClientId == owner.ClientId, cancellation))
            members.Fault("task", "there is no such task");
        if (endpoint is { } ep && !await db.Endpoints.AnyAsync(
            row => row.Id == ep && row.ClientId == owner.ClientId && row.DeletedAt == null, cancellation))
            members.Fault("endpoint", "there is no such endpoint");
        if (members.Refusal() is { } refusal) return refusal;

        var wish = new ReplayWish(owner.ClientId, endpoint, Replay.Redeliver, since!.Value, until) { StateFilter = state, Task = task };
        var id = await ReplayStart.AddAsync(db, ids, wish, cancellation);
        response.WakeAfterCommit(replays.Wake);
        return TypedResults.Accepted((string?)null, new ReplayAccepted(TypeId.Format(TypeId.Replay, id)));
    }

    // Null where it is on the wire at this moment: that is what was asked for.
    private static async Task<ProblemResult?> RefusalAsync(BridgeDbContext db, Delivery row, CancellationToken cancellation)
    {
        if (row.EndpointId is { } endpoint && await db.Endpoints.AnyAsync(e => e.Id == endpoint && e.DeletedAt != null, cancellation))
            return Problems.NotRedeliverable("The endpoint that it goes to was deleted.");
        return await db.Events.AnyAsync(e => e.Id == row.EventId && e.Payload == Array.Empty<byte>(), cancellation)
            ? Problems.NotRedeliverable("What it would send was erased.")
            : null;
    }

    private static Guid? Id(MemberReader members, string name, string prefix)
    {
        if (members.OptionalText(name, LongestId) is not { } text) return null;
        if (TypeId.TryParse(prefix, text, out var id)) return id;
        members.Fault(name, $"must be an id that begins with {prefix}_");
        return null;
    }
}
