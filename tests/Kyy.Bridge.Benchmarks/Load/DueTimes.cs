using Npgsql;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>Notes when tasks are due, as long as they are waiting: what the service plans is overwritten with each claim.</summary>
internal static class DueTimes
{
    // Those that were never asked about are due from their registration on.
    private const string Sql = """
        select task_id, next_poll_at from bridge.tasks
        where ended_at is null and next_poll_at > now() and registered_at > now() - interval '1 minute'
        """;

    /// <summary>Looks until cancelled; returns all that it saw, by the upstream's id.</summary>
    public static async Task<Dictionary<string, HashSet<DateTimeOffset>>> WatchAsync(
        NpgsqlDataSource database, TimeSpan between, CancellationToken until)
    {
        var seen = new Dictionary<string, HashSet<DateTimeOffset>>(StringComparer.Ordinal);
        try
        {
            while (true)
            {
                await LookAsync(database, seen, until);
                await Task.Delay(between, TimeProvider.System, until);
            }
        }
        catch (OperationCanceledException)
        {
            return seen;
        }
    }

    private static async Task LookAsync(NpgsqlDataSource database, Dictionary<string, HashSet<DateTimeOffset>> seen, CancellationToken until)
    {
        await using var command = database.CreateCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(until);
        while (await reader.ReadAsync(until))
        {
            var id = reader.GetString(0);
            if (!seen.TryGetValue(id, out var due)) seen[id] = due = [];
            due.Add(await reader.GetFieldValueAsync<DateTimeOffset>(1, until));
        }
    }
}
