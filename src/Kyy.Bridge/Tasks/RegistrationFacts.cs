using Kyy.Bridge.Polling;
using Npgsql;
using Pending = Kyy.Bridge.Tasks.TaskRegistrar.Pending;

namespace Kyy.Bridge.Tasks;

/// <summary>
/// What is shown of a new task besides the registration itself. Read in the transaction that inserts it, once for all that share it: a
/// look for each would cost more than the registration.
/// </summary>
/// <param name="RegisteredAt">The time of the transaction.</param>
/// <param name="Lane">The task's lane where that is failing.</param>
/// <param name="IsHeard">Whether an endpoint gets the task's end; not looked at where there is a callback.</param>
internal sealed record RegistrationFacts(DateTimeOffset RegisteredAt, Lane? Lane, bool IsHeard)
{
    private const string LanesSql = """
        select now(), l.id, l.upstream_key_id, l.family, l.tier, l.failures, l.last_failure_at, l.last_failure_kind, l.last_failure_status
        from (select) one left join bridge.lanes l on l.id = any ($1) and l.failures > 0
        """;

    // Index endpoints_client.
    private const string ListenersSql = """
        select client_id, families from bridge.endpoints
        where client_id = any ($1) and deleted_at is null and status = 'enabled' and events && $2
        """;

    /// <summary>Adds them to those of the rows that are new and shown.</summary>
    public static async Task TellAsync(NpgsqlConnection connection, IReadOnlyList<Pending> rows, CancellationToken cancellation)
    {
        Pending[] shown = [.. rows.Where(row => row is { IsShown: true, Result: RegistrationResult.Created })];
        if (shown.Length == 0) return;

        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new(LanesSql) { Parameters = { new() { Value = shown.Select(row => row.Lane).Distinct().ToArray() } } });
        var silent = shown.Where(row => row.Registration.Callback is null).Select(row => row.Registration.Client).Distinct().ToArray();
        if (silent.Length > 0)
            batch.BatchCommands.Add(new(ListenersSql) { Parameters = { new() { Value = silent }, new() { Value = CallbackEvents.Ends } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var (now, lanes) = await LanesAsync(reader, cancellation);
        var listeners = await ListenersAsync(reader, cancellation);
        foreach (var row in shown)
        {
            var isHeard = listeners[row.Registration.Client].Any(families => Hears(families, row.Registration.Family));
            row.Result = (RegistrationResult.Created)row.Result! with { Facts = new(now, lanes.GetValueOrDefault(row.Lane), isHeard) };
        }
    }

    // Without a family yet, an endpoint of any family may be the one: the model will tell.
    private static bool Hears(string[]? families, string? family) => family is null || families is null || families.Contains(family);

    private static async Task<(DateTimeOffset Now, Dictionary<int, Lane> Failing)> LanesAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var (now, failing) = (default(DateTimeOffset), new Dictionary<int, Lane>());
        while (await reader.ReadAsync(cancellation))
        {
            now = reader.GetFieldValue<DateTimeOffset>(0);
            if (!reader.IsDBNull(1)) failing[reader.GetInt32(1)] = Read(reader);
        }

        return (now, failing);
    }

    private static Lane Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt32(1),
        UpstreamKeyId = row.GetGuid(2),
        Family = row.GetString(3),
        Tier = row.GetString(4),
        Failures = row.GetInt32(5),
        LastFailureAt = row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
        LastFailureKind = row.IsDBNull(7) ? null : row.GetString(7),
        LastFailureStatus = row.IsDBNull(8) ? null : row.GetInt32(8),
    };

    private static async Task<ILookup<Guid, string[]?>> ListenersAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var listeners = new List<(Guid Client, string[]? Families)>();
        // There is no such result where every task has a callback.
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            listeners.Add((reader.GetGuid(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<string[]>(1)));
        return listeners.ToLookup(one => one.Client, one => one.Families);
    }
}
