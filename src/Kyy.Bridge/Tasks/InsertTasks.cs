using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Tasks;

/// <summary>A registration with its id and the slot that it is filed in.</summary>
internal sealed record NewTask(Guid Id, Registration Registration, long Slot);

/// <summary>
/// Inserts new tasks, due at once; the ones whose natural key is there already are passed over. Index <c>tasks_natural</c>.
/// </summary>
internal static class InsertTasks
{
    private const string Sql = """
        insert into bridge.tasks (id, client_id, upstream_key_id, task_id, family, family_given, service_tier, service_tier_given,
                                  reference, metadata, deadline_seconds, registered_at, deadline_at, transitions, slot_id, next_poll_at)
        select n.id, n.client_id, n.upstream_key_id, n.task_id, n.family, n.family is not null,
               coalesce(n.service_tier, 'default'), n.service_tier is not null,
               n.reference, n.metadata, n.deadline_seconds, now(), now() + n.deadline, n.transitions, n.slot_id, now()
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            n (id, client_id, upstream_key_id, task_id, family, service_tier, reference, metadata, deadline_seconds, deadline,
               transitions, slot_id)
        on conflict (client_id, upstream_key_id, task_id) where superseded_at is null do nothing
        returning id
        """;

    /// <summary>Returns the ids of those that were new.</summary>
    public static async Task<HashSet<Guid>> InsertAsync(NpgsqlConnection connection, IReadOnlyList<NewTask> tasks, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters =
            {
                Rows.Column(tasks, t => t.Id),
                Rows.Column(tasks, t => t.Registration.Client),
                Rows.Column(tasks, t => t.Registration.UpstreamKey),
                Rows.Column(tasks, t => t.Registration.TaskId),
                Rows.Column(tasks, t => t.Registration.Family),
                Rows.Column(tasks, t => t.Registration.ServiceTier),
                Rows.Column(tasks, t => t.Registration.Reference),
                Rows.Column(tasks, t => t.Registration.Metadata, NpgsqlDbType.Bytea),
                Rows.Column(tasks, t => t.Registration.DeadlineSeconds, NpgsqlDbType.Integer),
                Rows.Column(tasks, t => t.Registration.Deadline),
                Rows.Column(tasks, t => WantsTransitions(t.Registration.Callback)),
                Rows.Column(tasks, t => t.Slot),
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var inserted = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellation)) inserted.Add(reader.GetGuid(0));
        return inserted;
    }

    public static bool WantsTransitions(Callback? callback) =>
        callback is not null && (callback.Events.Contains(EventTypes.TaskQueued) || callback.Events.Contains(EventTypes.TaskProcessing));
}
