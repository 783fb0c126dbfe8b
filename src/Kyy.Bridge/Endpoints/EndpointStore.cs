using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Http;
using Kyy.Bridge.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Endpoints;

/// <summary>Writes endpoints, each method inside a transaction of its caller's.</summary>
/// <remarks>
/// The order of locks is that of a settle: deliveries, destinations, endpoints. The client's row, which the number of endpoints is
/// counted under, comes before all of them.
/// </remarks>
internal sealed class EndpointStore(
    EndpointSecrets secrets, EndpointProtection protection, Ids ids, DatabaseClock clock, LimitsSettings limits)
{
    /// <summary>
    /// Makes an endpoint with its secret and its destination; null where the client has as many as it may have, or is gone.
    /// </summary>
    public async Task<WebhookEndpoint?> AddAsync(
        BridgeDbContext db, Guid client, EndpointWish wish, WebhookSecret secret, CancellationToken cancellation)
    {
        var there = await db.Database.SqlQuery<int>(
            $"""select 1 as "Value" from bridge.clients where id = {client} and deleted_at is null for no key update""")
            .ToListAsync(cancellation);
        var count = await db.Endpoints.CountAsync(row => row.ClientId == client && row.DeletedAt == null, cancellation);
        if (there.Count == 0 || count >= limits.Endpoints) return null;

        var id = ids.Next();
        var endpoint = Apply(new() { Id = id, ClientId = client, Url = "", Host = "", Events = [], CreatedAt = clock.Now }, wish);
        db.Add(endpoint);
        // Written before what refers to it: the model knows no relations by which EF could order the two.
        await db.SaveChangesAsync(cancellation);
        db.Add(secrets.NewRow(client, id, secret));
        await db.SaveChangesAsync(cancellation);
        await db.Database.ExecuteSqlAsync(
            $"insert into bridge.destinations (client_id, host, endpoint_id) values ({client}, {TypeId.Format(TypeId.Endpoint, id)}, {id})",
            cancellation);
        return endpoint;
    }

    /// <summary>Changes an endpoint that the caller has locked, its destination first.</summary>
    public async Task ChangeAsync(BridgeDbContext db, WebhookEndpoint endpoint, EndpointWish wish, CancellationToken cancellation)
    {
        // What is known of the old address says nothing of the new one.
        if (wish.Url != endpoint.Url) await ForgetHealthAsync(db, endpoint.Id, cancellation);
        else if (wish.RateLimitPerSecond != endpoint.RateLimitPerSecond) await ForgetPaceAsync(db, endpoint.Id, cancellation);
        db.Update(Apply(endpoint, wish));
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Makes a secret the current one; those of before sign too for the overlap, which never lengthens an earlier one.</summary>
    public async Task RotateAsync(BridgeDbContext db, WebhookEndpoint endpoint, int overlapSeconds, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync(
            $"delete from bridge.endpoint_secrets where endpoint_id = {endpoint.Id} and valid_until <= now()", cancellation);
        await db.Database.ExecuteSqlAsync(
            $"""
            update bridge.endpoint_secrets
               set valid_until = least(valid_until, now() + make_interval(secs => {overlapSeconds}))
             where endpoint_id = {endpoint.Id}
            """,
            cancellation);
        db.Add(secrets.NewRow(endpoint.ClientId, endpoint.Id, WebhookSecret.Create()));
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Holds the destination's row until the transaction ends: before the endpoint's own.</summary>
    public static Task LockDestinationAsync(BridgeDbContext db, Guid endpoint, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"select from bridge.destinations where endpoint_id = {endpoint} for no key update", cancellation);

    /// <summary>Lets an endpoint begin anew: as if it had never failed.</summary>
    public static Task ForgetHealthAsync(BridgeDbContext db, Guid endpoint, CancellationToken cancellation) => db.Database.ExecuteSqlAsync(
        $"""
        update bridge.destinations
           set consecutive_failures = 0, failing_since = null, last_failure = null, slow_until = null, slow_steps = 0, rate_next_at = null
         where endpoint_id = {endpoint}
        """,
        cancellation);

    // A low limit's next moment may be far off.
    private static Task ForgetPaceAsync(BridgeDbContext db, Guid endpoint, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"update bridge.destinations set rate_next_at = null where endpoint_id = {endpoint}", cancellation);

    /// <summary>Enables an endpoint.</summary>
    public static Task EnableAsync(BridgeDbContext db, Guid endpoint, CancellationToken cancellation) => db.Database.ExecuteSqlAsync(
        $"update bridge.endpoints set status = 'enabled', disabled_reason = null, disabled_at = null where id = {endpoint}", cancellation);

    /// <summary>Disables an endpoint. One that is disabled keeps its reason and its time: catching up begins there.</summary>
    public static Task DisableAsync(BridgeDbContext db, Guid endpoint, string reason, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync(
            $"""
            update bridge.endpoints set status = 'disabled', disabled_reason = {reason}, disabled_at = now()
             where id = {endpoint} and status = 'enabled' and deleted_at is null
            """,
            cancellation);

    private WebhookEndpoint Apply(WebhookEndpoint endpoint, EndpointWish wish)
    {
        (endpoint.Url, endpoint.Host, endpoint.Events, endpoint.Families) = (wish.Url, wish.Host, wish.Events, wish.Families);
        (endpoint.Description, endpoint.RateLimitPerSecond) = (wish.Description, wish.RateLimitPerSecond);
        if (wish.Headers is not { } headers) return endpoint;

        endpoint.HeaderNames = [.. headers.Select(header => header.Key)];
        endpoint.Headers = protection.ProtectHeaders(endpoint.ClientId, endpoint.Id, headers);
        return endpoint;
    }
}
