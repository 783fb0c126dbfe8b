using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Keys;

/// <summary>The routes of the clients, for admins.</summary>
internal static class ClientsApi
{
    public static void MapClients(this IEndpointRouteBuilder api)
    {
        var clients = api.MapGroup("/admin/clients").WithTags("Clients");
        clients.MapPost("/", Create).TakesJson<ClientRegistration>()
            .WithName("CreateClient").WithSummary("Makes a client; its first key is in this answer only.");
        clients.MapGet("/", List).TakesQuery(QueryParameter.Page).WithName("ListClients").WithSummary("Lists the clients, newest first.");
        clients.MapDelete("/{id}", Delete).Refuses(ProblemKind.ClientBusy)
            .WithName("DeleteClient").WithSummary("Deletes a client without tasks in flight and revokes its keys.");
    }

    private static async Task<Results<Created<ClientCreated>, ProblemResult>> Create(
        JsonBody body, BridgeDbContext db, ClientRegistrar registrar, CancellationToken cancellation)
    {
        var members = new MemberReader(body.Root);
        var name = members.Text("name", ClientRegistrar.LongestName);
        var mayUseOperatorKey = members.Flag("may_use_operator_key") ?? true;
        if (members.Refusal() is { } refusal) return refusal;

        return TypedResults.Created((string?)null, await registrar.CreateAsync(db, name, mayUseOperatorKey, cancellation));
    }

    private static async Task<Results<Ok<Page<ClientView>>, ProblemResult>> List(
        QueryReader query, BridgeDbContext db, CancellationToken cancellation)
    {
        var page = query.Page();
        if (query.Refusal() is { } refusal) return refusal;

        var clients = db.Clients.Where(client => client.DeletedAt == null);
        var rows = await clients.PageAsync(page, cancellation);
        return TypedResults.Ok(page.Of(rows, row => new(row.CreatedAt, row.Id), View));
    }

    private static async Task<Results<NoContent, ProblemResult>> Delete(
        string id, BridgeDbContext db, ApiKeys keys, CancellationToken cancellation)
    {
        if (!TypeId.TryParse(TypeId.Client, id, out var client)) return Problems.NotFound();

        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var inFlight = await db.Tasks.CountAsync(task => task.ClientId == client && task.EndedAt == null, cancellation);
        if (inFlight > 0) return Problems.ClientBusy(inFlight);

        // The row stays: tasks, events and deliveries of the past refer to it. Times are PostgreSQL's, hence SQL.
        var deleted = await db.Database.ExecuteSqlAsync(
            $"update bridge.clients set deleted_at = now() where id = {client} and deleted_at is null", cancellation);
        if (deleted == 0) return Problems.NotFound();
        await db.Database.ExecuteSqlAsync(
            $"update bridge.api_keys set revoked_at = now() where client_id = {client} and revoked_at is null", cancellation);
        await UpstreamKeyStore.ForgetAllAsync(db, client, cancellation);
        await EndpointRemoval.RemoveAllAsync(db, client, cancellation);
        await transaction.CommitAsync(cancellation);
        keys.Forget();
        return TypedResults.NoContent();
    }

    private static ClientView View(ApiClient row) =>
        new(TypeId.Format(TypeId.Client, row.Id), row.Name, row.MayUseOperatorKey, row.CreatedAt);
}
