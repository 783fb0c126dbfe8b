using Kyy.Bridge.Persistence;
using Npgsql;
using Pending = Kyy.Bridge.Tasks.TaskRegistrar.Pending;

namespace Kyy.Bridge.Tasks;

/// <summary>One transaction of registrations, each of another task: insert the new ones, lock the others, add callbacks.</summary>
internal sealed class RegistrationRound(NpgsqlConnection connection, Ids ids, int callbacksPerTask)
{
    private const string SupersedeSql = "update bridge.tasks set superseded_at = now() where id = any ($1)";

    private const string CallbacksSql = "select task_id, url, events from bridge.task_callbacks where task_id = any ($1)";

    /// <summary>Sets each row's result; one that vanished meanwhile is left without. Returns how many callbacks were served at once.</summary>
    /// <param name="rows">The registrations.</param>
    /// <param name="slots">The slot that each is filed in, where it is new.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<int> RunAsync(IReadOnlyList<Pending> rows, IReadOnlyList<long> slots, CancellationToken cancellation)
    {
        var made = ids.Next(rows.Count);
        NewTask[] tasks = [.. rows.Select((row, i) => new NewTask(made[i], row.Registration, slots[i]))];
        var there = await InsertAsync(rows, tasks, cancellation);
        if (there.Count == 0) return 0;

        var existing = await ExistingTask.LockAsync(connection, [.. there.Select(i => rows[i].Registration.Key)], cancellation);
        var found = there.Where(i => existing.ContainsKey(rows[i].Registration.Key)).ToLookup(i =>
            rows[i].Registration.Restart && existing[rows[i].Registration.Key].CanRestart);
        await RestartAsync(rows, tasks, [.. found[true]], existing, cancellation);
        return await JoinAsync([.. found[false].Select(i => (rows[i], existing[rows[i].Registration.Key]))], cancellation);
    }

    /// <summary>Inserts, and returns the positions of those that were there already.</summary>
    private async Task<List<int>> InsertAsync(IReadOnlyList<Pending> rows, NewTask[] tasks, CancellationToken cancellation)
    {
        var inserted = await InsertTasks.InsertAsync(connection, tasks, cancellation);
        var callbacks = new List<NewCallback>(tasks.Length);
        var made = ids.Next(tasks.Length);
        var there = new List<int>();
        for (var i = 0; i < tasks.Length; i++)
        {
            if (!inserted.Contains(tasks[i].Id))
            {
                there.Add(i);
                continue;
            }

            rows[i].Result = new RegistrationResult.Created(tasks[i].Id);
            if (rows[i].Registration.Callback is { } callback) callbacks.Add(new(made[i], tasks[i].Id, rows[i].Destination, callback));
        }

        await AddCallbacks.AddAsync(connection, callbacks, mayHaveEnded: false, cancellation);
        return there;
    }

    private async Task RestartAsync(
        IReadOnlyList<Pending> rows, NewTask[] tasks, int[] positions, Dictionary<NaturalKey, ExistingTask> existing, CancellationToken cancellation)
    {
        if (positions.Length == 0) return;
        await using var supersede = new NpgsqlCommand(SupersedeSql, connection)
        {
            Parameters = { new() { Value = positions.Select(i => existing[rows[i].Registration.Key].Id).ToArray() } },
        };
        await supersede.ExecuteNonQueryAsync(cancellation);
        await InsertAsync([.. positions.Select(i => rows[i])], [.. positions.Select(i => tasks[i])], cancellation);
    }

    private async Task<int> JoinAsync(IReadOnlyList<(Pending Row, ExistingTask Task)> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0) return 0;
        var known = await CallbacksOfAsync([.. rows.Select(row => row.Task.Id)], cancellation);
        var added = new List<NewCallback>();
        foreach (var (row, task) in rows)
        {
            row.Result = Judge(row.Registration, task, known[task.Id]);
            if (row.Result is RegistrationResult.Existing && row.Registration.Callback is { } callback && known[task.Id].All(k => k.Url != callback.Url))
                added.Add(new(ids.Next(), task.Id, row.Destination, callback));
        }

        return await AddCallbacks.AddAsync(connection, added, mayHaveEnded: true, cancellation);
    }

    private RegistrationResult Judge(Registration registration, ExistingTask task, IEnumerable<KnownCallback> known)
    {
        if (task.DifferenceTo(registration) is { } member) return new RegistrationResult.Differs(task.Id, member);
        if (registration.Callback is not { } callback) return new RegistrationResult.Existing(task.Id);
        if (known.FirstOrDefault(k => k.Url == callback.Url) is { } same)
        {
            return !callback.EventsGiven || same.Events.Order(StringComparer.Ordinal).SequenceEqual(callback.Events.Order(StringComparer.Ordinal))
                ? new RegistrationResult.Existing(task.Id)
                : new RegistrationResult.Differs(task.Id, "events");
        }

        return known.Count() < callbacksPerTask ? new RegistrationResult.Existing(task.Id) : new RegistrationResult.TooManyCallbacks(task.Id);
    }

    private async Task<ILookup<Guid, KnownCallback>> CallbacksOfAsync(Guid[] tasks, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(CallbacksSql, connection) { Parameters = { new() { Value = tasks } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var callbacks = new List<(Guid Task, KnownCallback Callback)>();
        while (await reader.ReadAsync(cancellation))
            callbacks.Add((reader.GetGuid(0), new(reader.GetString(1), reader.GetFieldValue<string[]>(2))));
        return callbacks.ToLookup(row => row.Task, row => row.Callback);
    }

    private sealed record KnownCallback(string Url, string[] Events);
}
