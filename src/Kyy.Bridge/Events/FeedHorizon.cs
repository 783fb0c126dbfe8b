using Kyy.Bridge.Outcomes;
using Npgsql;

namespace Kyy.Bridge.Events;

/// <summary>What one look at the server says of the feed.</summary>
/// <param name="System">The server's identifier.</param>
/// <param name="Identity">The server and its history.</param>
/// <param name="NumberedBy">The server whose numbers the stored events have; null where it has not been noted yet.</param>
/// <param name="Xid">No event with a smaller number will be written any more.</param>
internal sealed record FeedLook(string System, FeedIdentity Identity, string? NumberedBy, ulong Xid)
{
    /// <summary>Whether the events are in this server's order. Not so right after a restore into another server.</summary>
    public bool IsInOrder => NumberedBy == System;
}

/// <summary>Finds the horizon up to which the feed is complete. Why it is right: README.md beside this file.</summary>
internal static class FeedHorizon
{
    // The snapshot is taken before the locks are read, whatever the plan: a statement has its snapshot from before it runs. The locks
    // are read once. Only the exclusive lock of a transaction's number is its own: who waits for its end asks for a share.
    private const string Sql = $"""
        with look as materialized (
            select pg_current_snapshot() as snapshot
        ), locks as materialized (
            select locktype, virtualtransaction, transactionid, mode, classid::bigint << 32 | objid::bigint as key, objsubid, database
            from pg_locks
            where granted and locktype in ('transactionid', 'advisory')
        ), idle as (
            select own.transactionid
            from locks own
            where own.locktype = 'transactionid' and own.mode = 'ExclusiveLock' and not exists (
                select from locks announced
                where announced.locktype = 'advisory' and announced.virtualtransaction = own.virtualtransaction
                  and announced.key = {EventWriting.LockText} and announced.objsubid = 1
                  and announced.database = (select oid from pg_database where datname = current_database()))
        )
        select (select system_identifier::text from pg_control_system()), left(pg_walfile_name(pg_current_wal_lsn()), 8), state.identity,
               coalesce(
                   (select busy.xid from pg_snapshot_xip(look.snapshot) busy (xid)
                    where busy.xid::xid not in (select transactionid from idle) order by busy.xid limit 1),
                   pg_snapshot_xmax(look.snapshot))
        from look, bridge.feed_state state
        """;

    /// <summary>
    /// Looks. The events have to be read by a later statement with a snapshot of its own: outside a transaction, or inside one that
    /// takes a snapshot for each statement.
    /// </summary>
    public static async Task<FeedLook> LookAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        var system = row.GetString(0);
        return new(system, FeedIdentity.Of(system, row.GetString(1)), row.IsDBNull(2) ? null : row.GetString(2), row.GetFieldValue<ulong>(3));
    }
}
