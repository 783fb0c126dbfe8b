using Npgsql;

namespace Kyy.Bridge.Outcomes;

/// <summary>
/// Announces that a transaction may write events: the first statement of every one that does, before any that changes a row.
/// </summary>
/// <remarks>
/// The feed pages by the number of the writing transaction. A transaction gets its number with its first change and may write an
/// event much later, so a reader has to know which numbers may still bring one. It looks for the holders of this lock: all those
/// that announced themselves before they had a number. Nobody waits for it: it is shared, and never taken otherwise.
/// </remarks>
internal static class EventWriting
{
    /// <summary>Any number that no other advisory lock of this database has: "kyy_feed".</summary>
    public const long Lock = 0x6b79_795f_6665_6564;

    /// <summary>The same number as text, for statements that are constants.</summary>
    public const string LockText = "7744354484887053668";

    public const string Sql = $"select pg_advisory_xact_lock_shared({LockText})";

    /// <summary>The announcement, as the first command of a batch that is one transaction.</summary>
    public static NpgsqlBatchCommand Announcement() => new(Sql);

    /// <summary>The announcement, as the first statement of the connection's transaction, and in no savepoint that is rolled back.</summary>
    public static async Task AnnounceAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
