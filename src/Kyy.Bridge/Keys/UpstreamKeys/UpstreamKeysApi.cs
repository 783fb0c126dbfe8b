using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Upstream;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Keys.UpstreamKeys;

/// <summary>The routes of the clients' own upstream keys. Their values come in and never go out.</summary>
internal static class UpstreamKeysApi
{
    private static readonly string TooMany =
        $"A client has {UpstreamKeyStore.MostPerClient} upstream keys at most: delete one that is not used.";

    public static void MapUpstreamKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/upstream-keys").WithTags("Upstream keys");
        keys.MapPut("/{name}", Set).TakesJson<UpstreamKeySetting>().WithName("SetUpstreamKey")
            .WithSummary("Makes an upstream key or gives one another value, which is sent to the base URL set with it and nowhere else.");
        keys.MapGet("/", List).TakesQuery(QueryParameter.Page).WithName("ListUpstreamKeys")
            .WithSummary("Lists the upstream keys, newest first, without their values; an admin sees those of every client.");
        keys.MapGet("/{name}", Get).WithName("GetUpstreamKey")
            .WithSummary("One upstream key: how the upstream takes it, without its value.");
        keys.MapDelete("/{name}", Delete).Refuses(ProblemKind.UpstreamKeyInUse).WithName("DeleteUpstreamKey")
            .WithSummary("Deletes an upstream key that no task in flight uses.");
    }

    private static async Task<Results<Created<UpstreamKeyView>, Ok<UpstreamKeyView>, ProblemResult>> Set(
        string name, OnBehalfOf client, Caller caller, JsonBody body, UpstreamOptions options, UpstreamKeyStore store, BridgeDbContext db,
        HttpRequest request, CancellationToken cancellation)
    {
        var (target, limit, refusal) = UpstreamKeyReader.Read(name, body, options);
        if (refusal is not null) return refusal;

        var outcome = await store.SetAsync(client.ClientId, name, target!, limit, cancellation);
        if (outcome is UpstreamKeySet.TooMany) return Problems.Quota(TooMany, TimeSpan.FromHours(1));
        if (await FindAsync(db, client.ClientId, name, cancellation) is not { } row) return Problems.NotFound();

        var view = View(row, caller);
        return outcome is UpstreamKeySet.Created
            ? TypedResults.Created($"{request.PathBase}/v1/upstream-keys/{name}", view)
            : TypedResults.Ok(view);
    }

    private static async Task<Results<Ok<Page<UpstreamKeyView>>, ProblemResult>> List(
        QueryReader query, KeysInView whose, Caller caller, BridgeDbContext db, CancellationToken cancellation)
    {
        var page = query.Page();
        if (query.Refusal() is { } refusal) return refusal;

        var keys = db.UpstreamKeys.Where(key => key.Ciphertext != null && (whose.ClientId == null || key.ClientId == whose.ClientId));
        if (page.After is { } after)
        {
            keys = keys.Where(key => EF.Functions.LessThan(
                ValueTuple.Create(key.CreatedAt, key.Id), ValueTuple.Create(after.Time, after.Id)));
        }

        var rows = await WithStates(db, keys).OrderByDescending(row => row.Key.CreatedAt).ThenByDescending(row => row.Key.Id)
            .Take(page.Fetch).ToListAsync(cancellation);
        return TypedResults.Ok(page.Of(rows, row => new(row.Key.CreatedAt, row.Key.Id), row => View(row, caller)));
    }

    private static async Task<Results<Ok<UpstreamKeyView>, ProblemResult>> Get(
        string name, OnBehalfOf client, Caller caller, BridgeDbContext db, CancellationToken cancellation) =>
        await FindAsync(db, client.ClientId, name, cancellation) is { } row ? TypedResults.Ok(View(row, caller)) : Problems.NotFound();

    private static async Task<Results<NoContent, ProblemResult>> Delete(
        string name, OnBehalfOf client, UpstreamKeyStore store, CancellationToken cancellation)
    {
        if (!UpstreamKeyReader.IsName(name)) return Problems.NotFound();

        var removal = await store.RemoveAsync(client.ClientId, name, cancellation);
        if (!removal.WasThere) return Problems.NotFound();
        return removal.TasksInFlight > 0 ? Problems.UpstreamKeyInUse(removal.TasksInFlight) : TypedResults.NoContent();
    }

    private static async Task<KeyRow?> FindAsync(BridgeDbContext db, Guid client, string name, CancellationToken cancellation) =>
        UpstreamKeyReader.IsName(name)
            ? await WithStates(db, db.UpstreamKeys.Where(key => key.ClientId == client && key.Name == name && key.Ciphertext != null))
                .SingleOrDefaultAsync(cancellation)
            : null;

    private static IQueryable<KeyRow> WithStates(BridgeDbContext db, IQueryable<UpstreamKey> keys) => keys.Join(
        db.UpstreamBudgets, key => key.BudgetId, budget => (int?)budget.Id, (key, budget) => new KeyRow { Key = key, Budget = budget });

    private static UpstreamKeyView View(KeyRow row, Caller caller) => new()
    {
        Name = row.Key.Name,
        BaseUrl = row.Key.BaseUrl!,
        LastFour = row.Key.LastFour,
        State = row.Budget.State,
        StateSince = row.Budget.StateSince,
        Reason = row.Budget.Reason,
        StatusCode = row.Budget.StatusCode,
        MaxRequestsPerSecond = row.Key.MaxRequestsPerSecond,
        CreatedAt = row.Key.CreatedAt,
        SetAt = row.Key.SetAt!.Value,
        ClientId = caller.IsAdmin ? TypeId.Format(TypeId.Client, row.Key.ClientId!.Value) : null,
    };

    private sealed class KeyRow
    {
        public required UpstreamKey Key { get; init; }
        public required Polling.Budgets.UpstreamBudget Budget { get; init; }
    }
}
