using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Deliveries;

/// <summary>The routes of the secret that a client's callbacks are signed with.</summary>
internal static class SigningSecretsApi
{
    public const int LongestOverlap = 604_800;

    public static void MapSigningSecrets(this IEndpointRouteBuilder api)
    {
        var secret = api.MapGroup("/signing-secret").WithTags("Signing secret");
        secret.MapGet("/", Get).WithName("GetSigningSecret").WithSummary("The secret that webhooks to callback URLs are signed with.");
        secret.MapPost("/rotate", Rotate).TakesJson<SecretRotation>().WithName("RotateSigningSecret")
            .WithSummary("Makes a new secret; earlier ones sign too until the overlap is over, so that 0 ends all of them.");
    }

    private static async Task<Results<Ok<SigningSecret>, ProblemResult>> Get(
        OnBehalfOf client, BridgeDbContext db, SigningSecrets secrets, CancellationToken cancellation) =>
        TypedResults.Ok(await ViewAsync(db, secrets, client.ClientId, cancellation));

    private static async Task<Results<Ok<SigningSecret>, ProblemResult>> Rotate(
        OnBehalfOf client, JsonBody body, BridgeDbContext db, SigningSecrets secrets, HttpResponse response, CancellationToken cancellation)
    {
        var members = new MemberReader(body.Root);
        var overlap = members.Integer("overlap_seconds", 0, LongestOverlap);
        if (members.Refusal() is { } refusal) return refusal;

        await RetireAsync(db, client.ClientId, overlap, cancellation);
        db.Add(secrets.NewRow(client.ClientId));
        await db.SaveChangesAsync(cancellation);
        // The answer starts after the commit: forgotten sooner, the old secret could be looked up again before it.
        response.OnStarting(() =>
        {
            secrets.Forget(client.ClientId);
            return Task.CompletedTask;
        });
        return TypedResults.Ok(await ViewAsync(db, secrets, client.ClientId, cancellation));
    }

    private static async Task RetireAsync(BridgeDbContext db, Guid client, int overlapSeconds, CancellationToken cancellation)
    {
        // The client's row is the lock: without it a second rotation would not see the first one's secret, and add another current one.
        await db.Database.ExecuteSqlAsync($"select from bridge.clients where id = {client} for no key update", cancellation);
        // Those that are over sign nothing any more, and whoever rotates often would leave a row with each.
        await db.Database.ExecuteSqlAsync(
            $"delete from bridge.signing_secrets where client_id = {client} and valid_until <= now()", cancellation);
        await db.Database.ExecuteSqlAsync(
            $"""
            update bridge.signing_secrets
               set valid_until = least(valid_until, now() + make_interval(secs => {overlapSeconds}))
             where client_id = {client} and (valid_until is null or valid_until > now())
            """,
            cancellation);
    }

    private static async Task<SigningSecret> ViewAsync(
        BridgeDbContext db, SigningSecrets secrets, Guid client, CancellationToken cancellation)
    {
        var valid = await db.SigningSecrets
            .FromSql($"select * from bridge.signing_secrets where client_id = {client} and (valid_until is null or valid_until > now())")
            .ToListAsync(cancellation);
        return new(secrets.Reveal(valid.Single(row => row.ValidUntil is null)).Reveal(), valid.Max(row => row.ValidUntil));
    }
}
