using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kyy.Bridge.Endpoints;

/// <summary>The routes of the endpoints themselves.</summary>
internal static class EndpointsApi
{
    public static void MapEndpoints(this IEndpointRouteBuilder api)
    {
        var endpoints = api.MapGroup("/endpoints").WithTags("Endpoints");
        endpoints.MapPost("/", Create).TakesJson<EndpointRegistration>()
            .WithName("CreateEndpoint").WithSummary("Makes an endpoint: it gets each matching event of its client's tasks from now on.");
        endpoints.MapGet("/", List).TakesQuery(QueryParameter.Page).WithName("ListEndpoints").WithSummary("Lists endpoints, newest first.");
        endpoints.MapGet("/{id}", Get).WithName("GetEndpoint").WithSummary("One endpoint, without its secret and its headers' values.");
        endpoints.MapPatch("/{id}", Change).TakesJson<EndpointChange>().WithName("ChangeEndpoint")
            .WithSummary("Changes an endpoint: what is absent stays, null clears.");
        endpoints.MapDelete("/{id}", Delete).WithName("DeleteEndpoint")
            .WithSummary("Deletes an endpoint with its secrets and headers, and cancels its pending deliveries.");
        endpoints.MapEndpointSecrets();
        endpoints.MapEndpointActions();
    }

    private static async Task<Results<Created<EndpointCreated>, ProblemResult>> Create(
        OnBehalfOf client, Caller caller, JsonBody body, EndpointReader reader, EndpointStore store, LimitsSettings limits,
        TransitionListeners listeners, BridgeDbContext db, HttpRequest request, CancellationToken cancellation)
    {
        var (wish, refusal) = reader.Read(body);
        if (refusal is not null) return refusal;

        var secret = wish!.Secret ?? WebhookSecret.Create();
        if (await store.AddAsync(db, client.ClientId, wish, secret, cancellation) is not { } endpoint)
            return Problems.Quota($"A client has {limits.Endpoints} endpoints at most: delete one that is idle.", TimeSpan.FromHours(1));

        listeners.Changed(client.ClientId);
        var created = EndpointQueries.Created(endpoint, secret.Reveal(), caller);
        return TypedResults.Created($"{request.PathBase}/v1/endpoints/{created.Id}", created);
    }

    private static async Task<Results<Ok<Page<EndpointView>>, ProblemResult>> List(
        QueryReader query, Caller caller, BridgeDbContext db, CancellationToken cancellation)
    {
        var page = query.Page();
        if (query.Refusal() is { } refusal) return refusal;

        return TypedResults.Ok(await EndpointQueries.ListAsync(db, caller, page, cancellation));
    }

    private static async Task<Results<Ok<EndpointView>, ProblemResult>> Get(
        string id, Caller caller, BridgeDbContext db, CancellationToken cancellation) =>
        await EndpointQueries.FindAsync(db, caller, id, cancellation) is { } endpoint
            ? TypedResults.Ok(await EndpointQueries.ViewAsync(db, caller, endpoint, cancellation))
            : Problems.NotFound();

    private static async Task<Results<Ok<EndpointView>, ProblemResult>> Change(
        string id, Caller caller, JsonBody body, EndpointReader reader, EndpointStore store, EndpointSecrets secrets, Dispatcher dispatcher,
        TransitionListeners listeners, BridgeDbContext db, CancellationToken cancellation)
    {
        if (await EndpointQueries.FindAsync(db, caller, id, cancellation) is not { } found) return Problems.NotFound();

        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await EndpointStore.LockDestinationAsync(db, found.Id, cancellation);
        if (await EndpointQueries.LockAsync(db, found.Id, cancellation) is not { } endpoint) return Problems.NotFound();
        var (wish, refusal) = reader.ReadChange(body, endpoint);
        if (refusal is not null) return refusal;

        await store.ChangeAsync(db, endpoint, wish!, cancellation);
        await transaction.CommitAsync(CancellationToken.None);
        secrets.Forget(endpoint.Id);
        listeners.Changed(endpoint.ClientId);
        // What waited for the old address may be due at once.
        dispatcher.Wake.Raise();
        return TypedResults.Ok(await EndpointQueries.ViewAsync(db, caller, endpoint, cancellation));
    }

    private static async Task<Results<NoContent, ProblemResult>> Delete(
        string id, Caller caller, EndpointSecrets secrets, BridgeDbContext db, CancellationToken cancellation)
    {
        if (await EndpointQueries.FindAsync(db, caller, id, cancellation) is not { } endpoint) return Problems.NotFound();

        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (!await EndpointRemoval.RemoveAsync(db, endpoint.Id, cancellation)) return Problems.NotFound();
        await transaction.CommitAsync(CancellationToken.None);
        secrets.Forget(endpoint.Id);
        return TypedResults.NoContent();
    }
}
