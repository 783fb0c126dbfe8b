using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Endpoints;

/// <summary>Reads endpoints for those who may see them: a client its own, an admin all. Deleted ones are not there.</summary>
internal static class EndpointQueries
{
    /// <summary>One endpoint by the id that callers know it by; null where there is none or it is another client's.</summary>
    public static async Task<WebhookEndpoint?> FindAsync(BridgeDbContext db, Caller caller, string id, CancellationToken cancellation) =>
        TypeId.TryParse(TypeId.Endpoint, id, out var endpoint)
            ? await Visible(db, caller).SingleOrDefaultAsync(row => row.Id == endpoint, cancellation)
            : null;

    /// <summary>One endpoint as it is now, locked until the transaction ends; null where it was deleted meanwhile.</summary>
    public static async Task<WebhookEndpoint?> LockAsync(BridgeDbContext db, Guid endpoint, CancellationToken cancellation) =>
        (await db.Endpoints
            .FromSql($"select * from bridge.endpoints where id = {endpoint} and deleted_at is null for no key update")
            .ToListAsync(cancellation)).SingleOrDefault();

    /// <summary>A page of endpoints, newest first. Index <c>endpoints_client</c>.</summary>
    public static async Task<Page<EndpointView>> ListAsync(
        BridgeDbContext db, Caller caller, PageRequest page, CancellationToken cancellation)
    {
        var endpoints = Visible(db, caller);
        var rows = await endpoints.PageAsync(page, cancellation);
        var ids = rows.ConvertAll(row => (Guid?)row.Id);
        var failing = await db.Destinations.Where(destination => ids.Contains(destination.EndpointId))
            .ToDictionaryAsync(destination => destination.EndpointId!.Value, destination => destination.FailingSince, cancellation);
        return page.Of(rows, row => new(row.CreatedAt, row.Id), row => View(row, failing.GetValueOrDefault(row.Id), caller));
    }

    /// <summary>Shows one endpoint.</summary>
    public static async Task<EndpointView> ViewAsync(
        BridgeDbContext db, Caller caller, WebhookEndpoint row, CancellationToken cancellation) =>
        View(row, await FailingSinceAsync(db, row.Id, cancellation), caller);

    /// <summary>The first failure since the last success.</summary>
    public static Task<DateTimeOffset?> FailingSinceAsync(BridgeDbContext db, Guid endpoint, CancellationToken cancellation) =>
        db.Destinations.Where(destination => destination.EndpointId == endpoint)
            .Select(destination => destination.FailingSince).SingleOrDefaultAsync(cancellation);

    /// <summary>Shows a new endpoint with its secret.</summary>
    public static EndpointCreated Created(WebhookEndpoint row, string secret, Caller caller) => new()
    {
        Id = TypeId.Format(TypeId.Endpoint, row.Id),
        Url = row.Url,
        Events = row.Events,
        Families = row.Families,
        Description = row.Description,
        RateLimitPerSecond = row.RateLimitPerSecond,
        Headers = row.HeaderNames,
        Status = row.Status,
        CreatedAt = row.CreatedAt,
        Secret = secret,
        ClientId = caller.IsAdmin ? TypeId.Format(TypeId.Client, row.ClientId) : null,
    };

    private static IQueryable<WebhookEndpoint> Visible(BridgeDbContext db, Caller caller)
    {
        var endpoints = db.Endpoints.Where(endpoint => endpoint.DeletedAt == null);
        return caller.ClientId is { } client ? endpoints.Where(endpoint => endpoint.ClientId == client) : endpoints;
    }

    private static EndpointView View(WebhookEndpoint row, DateTimeOffset? failingSince, Caller caller) => new()
    {
        Id = TypeId.Format(TypeId.Endpoint, row.Id),
        Url = row.Url,
        Events = row.Events,
        Families = row.Families,
        Description = row.Description,
        RateLimitPerSecond = row.RateLimitPerSecond,
        Headers = row.HeaderNames,
        Status = row.Status,
        DisabledReason = row.DisabledReason,
        FailingSince = failingSince,
        CreatedAt = row.CreatedAt,
        ClientId = caller.IsAdmin ? TypeId.Format(TypeId.Client, row.ClientId) : null,
    };
}
