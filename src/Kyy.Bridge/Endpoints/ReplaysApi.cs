using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Endpoints;

/// <summary>The routes of the replays: how far they have come, and ending them.</summary>
internal static class ReplaysApi
{
    public static void MapReplays(this IEndpointRouteBuilder api)
    {
        var replays = api.MapGroup("/replays").WithTags("Replays");
        replays.MapGet("/", List).TakesQuery(QueryParameter.Page).WithName("ListReplays").WithSummary("Lists replays, newest first.");
        replays.MapGet("/{id}", Get).WithName("GetReplay").WithSummary("One replay: how far it has come.");
        replays.MapDelete("/{id}", Cancel).WithName("CancelReplay")
            .WithSummary("Ends a replay: what it has not queued yet is not sent, what it has queued is.");
    }

    private static async Task<Results<Ok<Page<BridgeReplay>>, ProblemResult>> List(
        QueryReader query, Caller caller, BridgeDbContext db, CancellationToken cancellation)
    {
        var page = query.Page();
        if (query.Refusal() is { } refusal) return refusal;

        var replays = Visible(db, caller);
        var rows = await replays.PageAsync(page, cancellation);
        return TypedResults.Ok(page.Of(rows, row => new(row.CreatedAt, row.Id), row => View(row, caller)));
    }

    private static async Task<Results<Ok<BridgeReplay>, ProblemResult>> Get(
        string id, Caller caller, BridgeDbContext db, CancellationToken cancellation) =>
        TypeId.TryParse(TypeId.Replay, id, out var replay)
            && await Visible(db, caller).SingleOrDefaultAsync(row => row.Id == replay, cancellation) is { } row
            ? TypedResults.Ok(View(row, caller))
            : Problems.NotFound();

    private static async Task<Results<NoContent, ProblemResult>> Cancel(
        string id, Caller caller, BridgeDbContext db, CancellationToken cancellation)
    {
        if (!TypeId.TryParse(TypeId.Replay, id, out var replay) || !await Visible(db, caller).AnyAsync(row => row.Id == replay, cancellation))
            return Problems.NotFound();

        // Waits for a step that is under way; one that has ended stays as it is.
        await db.Database.ExecuteSqlAsync(
            $"update bridge.replays set status = 'cancelled', ended_at = now(), next_step_at = null where id = {replay} and ended_at is null",
            cancellation);
        return TypedResults.NoContent();
    }

    private static IQueryable<Replay> Visible(BridgeDbContext db, Caller caller) =>
        (caller.ClientId is { } client ? db.Replays.Where(replay => replay.ClientId == client) : db.Replays).AsNoTracking();

    private static BridgeReplay View(Replay row, Caller caller) => new()
    {
        Id = TypeId.Format(TypeId.Replay, row.Id),
        ClientId = caller.IsAdmin ? TypeId.Format(TypeId.Client, row.ClientId) : null,
        Endpoint = row.EndpointId is { } endpoint ? TypeId.Format(TypeId.Endpoint, endpoint) : null,
        Kind = row.Kind,
        State = row.StateFilter,
        Task = row.TaskId is { } task ? TypeId.Format(TypeId.Task, task) : null,
        Events = row.Events,
        Status = row.Status,
        Since = row.Since,
        Until = row.Until,
        CreatedAt = row.CreatedAt,
        StartedAt = row.StartedAt,
        EndedAt = row.EndedAt,
        Examined = row.Examined,
        Queued = row.Queued,
    };
}
