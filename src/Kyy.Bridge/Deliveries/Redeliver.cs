using Npgsql;

namespace Kyy.Bridge.Deliveries;

/// <summary>
/// Sends deliveries again: the same event, the same body, the same <c>webhook-id</c>, under a fresh schedule. The one place that does,
/// for one delivery and for replays.
/// </summary>
/// <remarks>
/// The claim is raised, so that whoever still believes to own the row settles nothing. Tasks are locked first, in id order, as
/// <c>StopTask</c> does: what it erases is not sent again, and what it cancels is cancelled after this or not touched by it.
/// </remarks>
internal static class Redeliver
{
    // A lease that is not over is an attempt on the wire: it is left to it. The tasks' lock is re-checked by PostgreSQL after a wait, so a
    // task that is erased meanwhile is not among them.
    internal const string Sql = """
        with open as materialized (
            select t.id from bridge.tasks t
            where t.id in (select d.task_id from bridge.deliveries d where d.id = any ($1)) and t.erased_at is null
            order by t.id
            for share
        ), due as materialized (
            select d.id from bridge.deliveries d
            where d.id = any ($1) and d.state = any ($2) and (d.state <> 'pending' or coalesce(d.leased_until <= now(), true))
              and (d.task_id is null or d.task_id in (select id from open))
              and exists (select 1 from bridge.events e where e.id = d.event_id and e.payload <> '')
              and not exists (select 1 from bridge.endpoints ep where ep.id = d.endpoint_id and ep.deleted_at is not null)
            order by d.id
            for no key update of d
        )
        update bridge.deliveries d
        set state = 'pending', next_attempt_at = now(), ended_at = null, dead_reason = null, unsettled = 0, schedule_from = d.attempts,
            leased_until = null, claim = d.claim + 1
        where d.id in (select id from due)
        """;

    /// <summary>States in which a delivery has ended.</summary>
    public static readonly string[] Ended = [DeliveryState.Dead, DeliveryState.Delivered, DeliveryState.Cancelled];

    /// <summary>Those, and waiting for a retry.</summary>
    public static readonly string[] Any = [DeliveryState.Pending, .. Ended];

    /// <summary>In the caller's transaction. Returns how many are sent again; the dispatcher is to be woken after the commit.</summary>
    /// <param name="connection">With the transaction.</param>
    /// <param name="deliveries">Which.</param>
    /// <param name="from">In these states; one that is in another by now is left alone.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<int> RunAsync(
        NpgsqlConnection connection, IReadOnlyCollection<Guid> deliveries, string[] from, CancellationToken cancellation)
    {
        if (deliveries.Count == 0) return 0;
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters = { new() { Value = deliveries.ToArray() }, new() { Value = from } },
        };
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
