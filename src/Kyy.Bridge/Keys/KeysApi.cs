using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Keys;

/// <summary>The routes of the API keys, for admins: those of a client and those of further admins.</summary>
internal static class KeysApi
{
    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/admin").WithTags("Keys");
        keys.MapPost("/clients/{id}/keys", CreateForClient).TakesJson<ClientKeyRequest>(isOptional: true)
            .WithName("CreateKey").WithSummary("Makes a further key of a client; it is in this answer only.");
        keys.MapGet("/clients/{id}/keys", ListOfClient).TakesQuery(QueryParameter.Page)
            .WithName("ListKeys").WithSummary("Lists a client's keys, newest first, without those that were revoked.");
        keys.MapPost("/keys", CreateForAdmin).TakesJson<AdminKeyRequest>()
            .WithName("CreateAdminKey").WithSummary("Makes a key for a further admin; it is in this answer only.");
        keys.MapGet("/keys", ListOfAdmins).TakesQuery(QueryParameter.Page)
            .WithName("ListAdminKeys").WithSummary("Lists the admins' keys, newest first, without those that were revoked.");
        keys.MapDelete("/keys/{id}", Revoke).WithName("RevokeKey").WithSummary("Revokes a key; all replicas refuse it within 5 s.");
    }

    private static async Task<Results<Created<ApiKeyCreated>, ProblemResult>> CreateForClient(
        string id, JsonBody body, BridgeDbContext db, ClientRegistrar registrar, DatabaseClock clock, CancellationToken cancellation)
    {
        var members = new MemberReader(body.Root);
        var expiresAt = Expiry(members, clock);
        if (members.Refusal() is { } refusal) return refusal;
        if (!TypeId.TryParse(TypeId.Client, id, out var client) || !await ExistsAsync(db, client, cancellation)) return Problems.NotFound();

        return TypedResults.Created((string?)null, await registrar.IssueKeyAsync(db, client, name: null, expiresAt, cancellation));
    }

    private static async Task<Results<Created<ApiKeyCreated>, ProblemResult>> CreateForAdmin(
        JsonBody body, BridgeDbContext db, ClientRegistrar registrar, DatabaseClock clock, CancellationToken cancellation)
    {
        var members = new MemberReader(body.Root);
        var name = members.Text("name", ClientRegistrar.LongestName);
        var expiresAt = Expiry(members, clock);
        if (members.Refusal() is { } refusal) return refusal;

        return TypedResults.Created((string?)null, await registrar.IssueKeyAsync(db, client: null, name, expiresAt, cancellation));
    }

    private static async Task<Results<Ok<Page<ApiKeyView>>, ProblemResult>> ListOfClient(
        string id, QueryReader query, BridgeDbContext db, CancellationToken cancellation)
    {
        var page = query.Page();
        if (query.Refusal() is { } refusal) return refusal;
        if (!TypeId.TryParse(TypeId.Client, id, out var client) || !await ExistsAsync(db, client, cancellation)) return Problems.NotFound();

        return TypedResults.Ok(await PageAsync(db.ApiKeys.Where(key => key.ClientId == client), page, cancellation));
    }

    private static async Task<Results<Ok<Page<ApiKeyView>>, ProblemResult>> ListOfAdmins(
        QueryReader query, BridgeDbContext db, CancellationToken cancellation)
    {
        var page = query.Page();
        if (query.Refusal() is { } refusal) return refusal;

        return TypedResults.Ok(await PageAsync(db.ApiKeys.Where(key => key.ClientId == null), page, cancellation));
    }

    private static async Task<Results<NoContent, ProblemResult>> Revoke(
        string id, BridgeDbContext db, ApiKeys keys, CancellationToken cancellation)
    {
        if (!TypeId.TryParse(TypeId.Key, id, out var key)) return Problems.NotFound();

        var known = await db.Database.ExecuteSqlAsync(
            $"update bridge.api_keys set revoked_at = coalesce(revoked_at, now()) where id = {key}", cancellation);
        if (known == 0) return Problems.NotFound();
        keys.Forget();
        return TypedResults.NoContent();
    }

    private static DateTimeOffset? Expiry(MemberReader members, DatabaseClock clock)
    {
        var expiresAt = members.Time("expires_at");
        if (expiresAt <= clock.Now) members.Fault("expires_at", "must be in the future");
        return expiresAt;
    }

    private static Task<bool> ExistsAsync(BridgeDbContext db, Guid client, CancellationToken cancellation) =>
        db.Clients.AnyAsync(row => row.Id == client && row.DeletedAt == null, cancellation);

    private static async Task<Page<ApiKeyView>> PageAsync(IQueryable<ApiKey> keys, PageRequest page, CancellationToken cancellation)
    {
        keys = keys.Where(key => key.RevokedAt == null);
        var rows = await keys.PageAsync(page, cancellation);
        return page.Of(rows, row => new(row.CreatedAt, row.Id), View);
    }

    private static ApiKeyView View(ApiKey row) => new(
        TypeId.Format(TypeId.Key, row.Id),
        row.Name,
        row.ClientId is { } client ? TypeId.Format(TypeId.Client, client) : null,
        row.CreatedAt,
        row.ExpiresAt,
        row.Prefix,
        row.LastUsedAt);
}
