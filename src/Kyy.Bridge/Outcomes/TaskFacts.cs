using Npgsql;

namespace Kyy.Bridge.Outcomes;

/// <summary>What an event says of a task that never changes after its registration.</summary>
internal sealed record TaskFacts(
    Guid Id, string TaskId, string? Reference, string ServiceTier, DateTimeOffset RegisteredAt, byte[]? Metadata, string? Model, DateTimeOffset? UpstreamCreatedAt)
{
    private const string Sql = """
        select id, task_id, reference, service_tier, registered_at, metadata, model, upstream_created_at
        from bridge.tasks
        where id = any ($1)
        """;

    /// <summary>Reads the facts of a batch's tasks, before its transaction: they need no lock.</summary>
    public static async Task<Dictionary<Guid, TaskFacts>> ReadAsync(
        NpgsqlDataSource dataSource, IEnumerable<Guid> tasks, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = tasks.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var facts = new Dictionary<Guid, TaskFacts>();
        while (await reader.ReadAsync(cancellation))
        {
            var id = reader.GetGuid(0);
            facts[id] = new(
                id, reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetString(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.IsDBNull(5) ? null : reader.GetFieldValue<byte[]>(5),
                reader.IsDBNull(6) ? null : reader.GetString(6), reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7));
        }

        return facts;
    }
}
