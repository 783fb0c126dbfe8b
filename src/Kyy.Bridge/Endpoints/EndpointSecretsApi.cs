using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Endpoints;

/// <summary>The routes of the secret that an endpoint's webhooks are signed with.</summary>
internal static class EndpointSecretsApi
{
    public static void MapEndpointSecrets(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/{id}/secret", Get).WithName("GetEndpointSecret")
            .WithSummary("The secret that an endpoint's webhooks are signed with.");
        endpoints.MapPost("/{id}/secret/rotate", Rotate).TakesJson<SecretRotation>().WithName("RotateEndpointSecret")
            .WithSummary("Makes a new secret; earlier ones sign too until the overlap is over, so that 0 ends all of them.");
    }

    private static async Task<Results<Ok<SigningSecret>, ProblemResult>> Get(
        string id, Caller caller, EndpointProtection protection, BridgeDbContext db, CancellationToken cancellation) =>
        await EndpointQueries.FindAsync(db, caller, id, cancellation) is { } endpoint
        && await ViewAsync(db, protection, endpoint, cancellation) is { } secret
            ? TypedResults.Ok(secret)
            : Problems.NotFound();

    private static async Task<Results<Ok<SigningSecret>, ProblemResult>> Rotate(
        string id, Caller caller, JsonBody body, EndpointStore store, EndpointSecrets secrets, EndpointProtection protection,
        BridgeDbContext db, HttpResponse response, CancellationToken cancellation)
    {
        var members = new MemberReader(body.Root);
        var overlap = members.Integer("overlap_seconds", 0, SigningSecretsApi.LongestOverlap);
        if (members.Refusal() is { } refusal) return refusal;
        if (await EndpointQueries.FindAsync(db, caller, id, cancellation) is not { } found) return Problems.NotFound();
        // The endpoint's row is the lock: without it a second rotation would not see the first one's secret.
        if (await EndpointQueries.LockAsync(db, found.Id, cancellation) is not { } endpoint) return Problems.NotFound();

        await store.RotateAsync(db, endpoint, overlap, cancellation);
        // The answer starts after the commit: forgotten sooner, the old secret could be looked up again before it.
        response.OnStarting(() =>
        {
            secrets.Forget(endpoint.Id);
            return Task.CompletedTask;
        });
        return TypedResults.Ok((await ViewAsync(db, protection, endpoint, cancellation))!);
    }

    // Null where the endpoint was deleted between the two reads.
    private static async Task<SigningSecret?> ViewAsync(
        BridgeDbContext db, EndpointProtection protection, WebhookEndpoint endpoint, CancellationToken cancellation)
    {
        var valid = await db.EndpointSecrets
            .FromSql(
                $"""
                select * from bridge.endpoint_secrets
                 where endpoint_id = {endpoint.Id} and (valid_until is null or valid_until > now())
                """)
            .ToListAsync(cancellation);
        return valid.SingleOrDefault(row => row.ValidUntil is null) is { } current
            ? new(protection.Reveal(endpoint.ClientId, current.Id, current.Ciphertext).Reveal(), valid.Max(row => row.ValidUntil))
            : null;
    }
}
