using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Tasks;

/// <summary>
/// A task that was registered before, its row locked: whether it has ended cannot change until the transaction is over, so a
/// callback is either added before the end is recorded or served with it.
/// </summary>
internal sealed record ExistingTask
{
    // Locked in id order, as everywhere.
    private const string Sql = """
        select t.id, t.client_id, t.upstream_key_id, t.task_id, t.family, t.service_tier, t.reference, t.metadata,
               round(extract(epoch from t.deadline_at - t.registered_at))::integer, t.status
        from bridge.tasks t
        join unnest($1, $2, $3) k (client_id, upstream_key_id, task_id) using (client_id, upstream_key_id, task_id)
        where t.superseded_at is null
        order by t.id
        for no key update of t
        """;

    public required Guid Id { get; init; }
    public required NaturalKey Key { get; init; }
    public string? Family { get; init; }
    public required string ServiceTier { get; init; }
    public string? Reference { get; init; }
    public byte[]? Metadata { get; init; }
    public required int DeadlineSeconds { get; init; }
    public required string Status { get; init; }

    /// <summary>Whether the bridge itself gave it up, so that it may be started anew.</summary>
    public bool CanRestart => Status is TaskStatuses.Stopped or TaskStatuses.Lost or TaskStatuses.TimedOut;

    /// <summary>Locks and reads the tasks that have these natural keys.</summary>
    public static async Task<Dictionary<NaturalKey, ExistingTask>> LockAsync(
        NpgsqlConnection connection, IReadOnlyList<NaturalKey> keys, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters = { Rows.Column(keys, k => k.Client), Rows.Column(keys, k => k.UpstreamKey), Rows.Column(keys, k => k.TaskId) },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var tasks = new Dictionary<NaturalKey, ExistingTask>();
        while (await reader.ReadAsync(cancellation))
        {
            var task = Read(reader);
            tasks[task.Key] = task;
        }

        return tasks;
    }

    /// <summary>The first member that the registration names and that differs; null where none does. What it leaves out differs from nothing.</summary>
    public string? DifferenceTo(Registration registration)
    {
        if (registration.Family is { } family && Family is not null && family != Family) return "family";
        if (registration.ServiceTier is { } tier && tier != ServiceTier) return "service_tier";
        if (registration.Reference is { } reference && reference != Reference) return "reference";
        if (registration.Metadata is { } metadata && !metadata.AsSpan().SequenceEqual(Metadata)) return "metadata";
        return registration.DeadlineSeconds is { } seconds && seconds != DeadlineSeconds ? "deadline_seconds" : null;
    }

    private static ExistingTask Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Key = new(row.GetGuid(1), row.GetGuid(2), row.GetString(3)),
        Family = row.IsDBNull(4) ? null : row.GetString(4),
        ServiceTier = row.GetString(5),
        Reference = row.IsDBNull(6) ? null : row.GetString(6),
        Metadata = row.IsDBNull(7) ? null : row.GetFieldValue<byte[]>(7),
        DeadlineSeconds = row.GetInt32(8),
        Status = row.GetString(9),
    };
}
