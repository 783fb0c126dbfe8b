using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Scheduling;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kyy.Bridge.Endpoints;

/// <summary>The routes that do something with an endpoint: test, enable, disable, replay.</summary>
internal static class EndpointActionsApi
{
    /// <summary>What was on its way at the moment of disabling may be missing too.</summary>
    private static readonly TimeSpan CatchUpMargin = TimeSpan.FromMinutes(5);

    private static readonly string TooManyTests =
        $"A client has {EndpointTrial.MostAtOnce} tests under way at most: one ends with the time-out of its attempt at the latest.";

    public static void MapEndpointActions(this IEndpointRouteBuilder endpoints)
    {
        // By nature, because no transaction may be open while it sends: a repetition is one more test, and changes nothing here.
        endpoints.MapPost("/{id}/test", Test).TakesJson<EndpointTest>(isOptional: true).IsIdempotentByNature()
            .WithName("TestEndpoint")
            .WithSummary("Sends an example of an event to an endpoint, disabled or not, and answers with the attempt. Nothing is stored.");
        endpoints.MapPost("/{id}/enable", Enable).TakesJson<EndpointEnabling>(isOptional: true).WithName("EnableEndpoint")
            .WithSummary("Enables an endpoint; by default it also gets what it missed meanwhile.");
        endpoints.MapPost("/{id}/disable", Disable).WithName("DisableEndpoint")
            .WithSummary("Disables an endpoint: no deliveries are made for it, and those that are pending wait.");
        endpoints.MapPost("/{id}/replay", Replay).TakesJson<ReplayRequest>().WithName("ReplayEndpoint")
            .WithSummary("Sends events since a time to an endpoint again, as work that is done in steps and survives restarts.");
    }

    private static async Task<Results<Ok<BridgeDeliveryAttempt>, ProblemResult>> Test(
        string id, Caller caller, JsonBody body, EndpointTrial trial, BridgeDbContext db, CancellationToken cancellation)
    {
        var members = new MemberReader(body.Root);
        var type = members.Choice("type", EndpointEvents.All) ?? EventTypes.EndpointPing;
        if (members.Refusal() is { } refusal) return refusal;
        if (await EndpointQueries.FindAsync(db, caller, id, cancellation) is not { } endpoint) return Problems.NotFound();

        var failingSince = await EndpointQueries.FailingSinceAsync(db, endpoint.Id, cancellation);
        return await trial.SendAsync(endpoint, failingSince, type) is { } attempt
            ? TypedResults.Ok(attempt)
            : Problems.Quota(TooManyTests, TimeSpan.FromSeconds(5));
    }

    private static async Task<Results<Ok<EndpointView>, ProblemResult>> Enable(
        string id, Caller caller, JsonBody body, Ids ids, Dispatcher dispatcher, ReplayWork replays, TransitionListeners listeners,
        BridgeDbContext db, HttpResponse response, CancellationToken cancellation)
    {
        var members = new MemberReader(body.Root);
        var catchesUp = members.Flag("catch_up") ?? true;
        if (members.Refusal() is { } refusal) return refusal;
        if (await EndpointQueries.FindAsync(db, caller, id, cancellation) is not { } found) return Problems.NotFound();

        await EndpointStore.ForgetHealthAsync(db, found.Id, cancellation);
        if (await EndpointQueries.LockAsync(db, found.Id, cancellation) is not { } endpoint) return Problems.NotFound();
        await EndpointStore.EnableAsync(db, endpoint.Id, cancellation);
        if (catchesUp && endpoint.DisabledAt is { } since)
        {
            var wish = new ReplayWish(endpoint.ClientId, endpoint.Id, ReplayKinds.Missing, since - CatchUpMargin);
            await ReplayStart.AddAsync(db, ids, wish, cancellation);
        }

        listeners.Changed(endpoint.ClientId);
        response.WakeAfterCommit(dispatcher.Wake);
        response.WakeAfterCommit(replays.Wake);
        return TypedResults.Ok(await AsItIsAsync(db, caller, id, cancellation));
    }

    private static async Task<Results<Ok<EndpointView>, ProblemResult>> Disable(
        string id, Caller caller, BridgeDbContext db, CancellationToken cancellation)
    {
        if (await EndpointQueries.FindAsync(db, caller, id, cancellation) is not { } endpoint) return Problems.NotFound();

        await EndpointStore.DisableAsync(db, endpoint.Id, EndpointDisabledReasons.ByRequest, cancellation);
        return await EndpointQueries.FindAsync(db, caller, id, cancellation) is { } disabled
            ? TypedResults.Ok(await EndpointQueries.ViewAsync(db, caller, disabled, cancellation))
            : Problems.NotFound();
    }

    private static async Task<Results<Accepted<ReplayAccepted>, ProblemResult>> Replay(
        string id, Caller caller, JsonBody body, Ids ids, DatabaseClock clock, ReplayWork replays, BridgeDbContext db, HttpRequest request,
        HttpResponse response, CancellationToken cancellation)
    {
        var (wish, refusal) = ReadReplay(body, clock.Now);
        if (refusal is not null) return refusal;
        if (await EndpointQueries.FindAsync(db, caller, id, cancellation) is not { } endpoint) return Problems.NotFound();

        var replay = TypeId.Format(
            TypeId.Replay,
            await ReplayStart.AddAsync(db, ids, wish! with { Client = endpoint.ClientId, Endpoint = endpoint.Id }, cancellation));
        response.WakeAfterCommit(replays.Wake);
        return TypedResults.Accepted($"{request.PathBase}/v1/replays/{replay}", new ReplayAccepted(replay));
    }

    private static (ReplayWish? Wish, ProblemResult? Refusal) ReadReplay(JsonBody body, DateTimeOffset now)
    {
        var members = new MemberReader(body.Root);
        var since = members.Time("since");
        var until = members.Time("until");
        var only = members.Choice("only", [ReplayKinds.Failed, ReplayKinds.Missing, ReplayKinds.All]);
        var events = members.Choices("events", EndpointEvents.All);
        foreach (var name in (string[])["since", "only"])
        {
            if (!members.Has(name)) members.Fault(name, "is required");
        }

        if (since >= now) members.Fault("since", "must be in the past");
        if (since >= until) members.Fault("until", "must be later than since");
        if (members.Refusal() is { } refusal) return (null, refusal);

        // What is to come is delivered anyway.
        return (new(Guid.Empty, null, only!, since!.Value, until < now ? until : null) { Events = events }, null);
    }

    private static async Task<EndpointView> AsItIsAsync(BridgeDbContext db, Caller caller, string id, CancellationToken cancellation)
    {
        var row = await EndpointQueries.FindAsync(db, caller, id, cancellation)
            ?? throw new InvalidOperationException($"Endpoint {id} is locked and is not there.");
        return await EndpointQueries.ViewAsync(db, caller, row, cancellation);
    }
}
