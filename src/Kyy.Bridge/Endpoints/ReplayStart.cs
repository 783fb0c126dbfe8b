using Kyy.Bridge.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Endpoints;

/// <summary>What is to be sent again.</summary>
/// <param name="Client">Whose.</param>
/// <param name="Endpoint">To which endpoint; null for deliveries to whatever they went to.</param>
/// <param name="Kind">See <see cref="Replay.Kind"/>.</param>
/// <param name="Since">From which time on: of an event's making, and for <c>redeliver</c> of a delivery's.</param>
/// <param name="Until">Up to which time; null for now.</param>
internal sealed record ReplayWish(Guid Client, Guid? Endpoint, string Kind, DateTimeOffset Since, DateTimeOffset? Until = null)
{
    /// <summary>Types of events; null for all that the endpoint listens for.</summary>
    public string[]? Events { get; init; }

    /// <summary>With <c>redeliver</c>: the deliveries' state.</summary>
    public string? StateFilter { get; init; }

    /// <summary>With <c>redeliver</c>: those of one task.</summary>
    public Guid? Task { get; init; }
}

/// <summary>Stores the wish to send again. The work itself is done in steps, by any replica.</summary>
internal static class ReplayStart
{
    /// <summary>In the request's transaction. The id of the replay.</summary>
    public static async Task<Guid> AddAsync(BridgeDbContext db, Ids ids, ReplayWish wish, CancellationToken cancellation)
    {
        var id = ids.Next();
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into bridge.replays (id, client_id, endpoint_id, kind, state_filter, since, until, events, task_id, status,
                                        created_at, next_step_at)
            values ({id}, {wish.Client}, {wish.Endpoint}, {wish.Kind}, {wish.StateFilter}, {wish.Since},
                    coalesce({wish.Until}, now()), {wish.Events}, {wish.Task}, 'pending', now(), now())
            """,
            cancellation);
        return id;
    }
}
