using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Upstream.Catalogue;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Tasks.Refreshing;

/// <summary>Makes a completed task due for one more look, never sooner than the minimum after its last poll.</summary>
internal static class RequestRefresh
{
    // One that is pending stays as it is, unless it can come sooner. The age is counted as a claim counts it.
    private const string Sql = """
        with asked as materialized (
            select t.id, t.status, t.erased_at is not null as erased,
                   now() - least(t.registered_at, greatest(
                       coalesce(t.upstream_created_at, t.registered_at), t.registered_at - interval '2 days')) > $3 as gone,
                   t.upstream_key_id <> $4 and not exists (
                       select 1 from bridge.upstream_keys k where k.id = t.upstream_key_id and k.ciphertext is not null) as keyless
            from bridge.tasks t
            where t.id = $1
            for no key update of t
        ), due as (
            update bridge.tasks t
            set refresh_due_at = least(t.refresh_due_at, greatest(now(), coalesce(t.last_polled_at + $2, now()))),
                refresh_requested_at = coalesce(t.refresh_requested_at, now()),
                refresh_tries = case when t.refresh_due_at is null then 0 else t.refresh_tries end
            from asked a
            where t.id = a.id and a.status = 'completed' and not a.erased and not coalesce(a.gone, false) and not a.keyless
            returning t.refresh_due_at
        )
        select a.status, a.erased, coalesce(a.gone, false), (select refresh_due_at from due) from asked a
        """;

    /// <summary>When it is asked about, or why it is not.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="task">The task.</param>
    /// <param name="family">The task's, for its window and for how long the upstream keeps a record.</param>
    /// <param name="isFlex">Whether it is of the offline tier.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<RefreshAnswer> RunAsync(
        NpgsqlDataSource dataSource, Guid task, ModelFamily family, bool isFlex, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = task });
        command.Parameters.Add(new() { Value = PollPlan.Shortest(family.WindowFor(isFlex)) });
        command.Parameters.Add(new() { Value = (object?)family.RecordLife ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Interval });
        command.Parameters.Add(new() { Value = Keys.UpstreamKey.Operator });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return new RefreshAnswer.Missing();
        if (!reader.IsDBNull(3)) return new RefreshAnswer.Due(reader.GetFieldValue<DateTimeOffset>(3));
        return new RefreshAnswer.Refused(Why(reader.GetString(0), reader.GetBoolean(1), reader.GetBoolean(2)));
    }

    private static string Why(string status, bool isErased, bool isGone) => (status, isErased, isGone) switch
    {
        (TaskStatuses.Registered or TaskStatuses.Queued or TaskStatuses.Processing, _, _) =>
            "It has not ended: its link comes with its end. POST …/poll asks sooner.",
        (not TaskStatuses.Completed, _, _) => $"Only a completed task has a link, and this one has ended as {status}.",
        (_, true, _) => "It was erased, and its links with it.",
        (_, _, true) => "The upstream deletes its records after a documented time, and this one's is over.",
        _ => "Its upstream key was deleted: set a key of that name again, then repeat this.",
    };
}

/// <summary>What a wish for a fresh link came to. The set is closed.</summary>
internal abstract record RefreshAnswer
{
    private RefreshAnswer()
    {
    }

    internal sealed record Due(DateTimeOffset At) : RefreshAnswer;

    internal sealed record Refused(string Detail) : RefreshAnswer;

    internal sealed record Missing : RefreshAnswer;
}
