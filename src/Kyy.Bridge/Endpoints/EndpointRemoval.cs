using Kyy.Bridge.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kyy.Bridge.Endpoints;

/// <summary>
/// Deletes endpoints: what is secret goes at once, what is pending is cancelled, and the row stays as long as deliveries name it.
/// </summary>
internal static class EndpointRemoval
{
    // Waits for nobody, so that it cannot be part of a deadlock. What is being settled at this moment, and what is more than a
    // statement's time allows, is left to the sweep: without secrets nothing of it can be sent. Index deliveries_due.
    private const string Cancel = """
        update bridge.deliveries
        set state = 'cancelled', ended_at = now(), next_attempt_at = null, leased_until = null
        where ctid = any (array(
            select d.ctid
            from bridge.endpoints e
            join bridge.destinations t on t.endpoint_id = e.id
            join bridge.deliveries d on d.destination = t.id and d.state = 'pending'
            where e.deleted_at is not null
        """, Bounded = " limit 5000 for update of d skip locked))";

    private const string CancelSql = Cancel + Bounded,
        CancelOfOneSql = Cancel + " and e.id = {0}" + Bounded,
        CancelOfClientSql = Cancel + " and e.client_id = {0}" + Bounded;

    // Deliveries and replays name endpoints; both have gone by then.
    private const string ForgetSql = """
        with gone as materialized (
            select e.id from bridge.endpoints e
            where e.deleted_at < now() - $1
              and not exists (select 1 from bridge.deliveries d where d.endpoint_id = e.id)
              and not exists (select 1 from bridge.replays r where r.endpoint_id = e.id)
            limit $2
            for update skip locked
        ), destinations as (
            delete from bridge.destinations where endpoint_id in (select id from gone)
        )
        delete from bridge.endpoints where id in (select id from gone)
        """;

    /// <summary>Deletes one endpoint, inside the caller's transaction; false where it is deleted already.</summary>
    public static async Task<bool> RemoveAsync(BridgeDbContext db, Guid endpoint, CancellationToken cancellation)
    {
        var removed = await db.Database.ExecuteSqlAsync(
            $"""
            update bridge.endpoints set deleted_at = now(), headers = null, header_names = array[]::text[]
             where id = {endpoint} and deleted_at is null
            """,
            cancellation);
        if (removed == 0) return false;
        await db.Database.ExecuteSqlAsync($"delete from bridge.endpoint_secrets where endpoint_id = {endpoint}", cancellation);
        await db.Database.ExecuteSqlRawAsync(CancelOfOneSql, [endpoint], cancellation);
        return true;
    }

    /// <summary>Deletes all endpoints of a client that is deleted, inside the caller's transaction.</summary>
    public static async Task RemoveAllAsync(BridgeDbContext db, Guid client, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync(
            $"""
            update bridge.endpoints set deleted_at = now(), headers = null, header_names = array[]::text[]
             where client_id = {client} and deleted_at is null
            """,
            cancellation);
        await db.Database.ExecuteSqlAsync(
            $"delete from bridge.endpoint_secrets where endpoint_id in (select id from bridge.endpoints where client_id = {client})",
            cancellation);
        await db.Database.ExecuteSqlRawAsync(CancelOfClientSql, [client], cancellation);
    }

    /// <summary>
    /// Cancels what was made for an endpoint at the very moment at which it was deleted, and forgets endpoints that were deleted long
    /// enough ago and are named by nothing. How many rows it changed.
    /// </summary>
    public static async Task<int> SweepAsync(NpgsqlDataSource dataSource, TimeSpan kept, int batch, CancellationToken cancellation)
    {
        await using var cancel = dataSource.CreateCommand(CancelSql);
        await using var forget = dataSource.CreateCommand(ForgetSql);
        forget.Parameters.Add(new() { Value = kept });
        forget.Parameters.Add(new() { Value = batch });
        return await cancel.ExecuteNonQueryAsync(cancellation) + await forget.ExecuteNonQueryAsync(cancellation);
    }
}
