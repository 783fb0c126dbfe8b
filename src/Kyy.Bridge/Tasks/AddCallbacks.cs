using System.Text.Json;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Tasks;

/// <summary>A callback of one task, with its id and where it goes.</summary>
internal sealed record NewCallback(Guid Id, Guid Task, int Destination, Callback Callback);

/// <summary>Adds callbacks to tasks whose rows this transaction holds, and serves those whose task has ended already.</summary>
internal static class AddCallbacks
{
    // Nearly every callback wants the ends, which are then not sent once a row.
    private const string Events = "case when n.events is null then $5 else array(select jsonb_array_elements_text(n.events)) end";

    // A destination is never deleted. One that is unknown all the same is refused, as null: its callback would never be served.
    private const string Destination =
        "case when n.destination = any (array(select d.id from bridge.destinations d where d.id = any ($7))) then n.destination end";

    private const string CallbacksSql = $"""
        insert into bridge.task_callbacks (id, task_id, url, destination, events, created_at)
        select n.id, n.task_id, n.url, {Destination}, {Events}, now()
        from unnest($1, $2, $3, $4, $6) n (id, task_id, url, destination, events)
        """;

    private const string TransitionsSql = "update bridge.tasks set transitions = true where id = any ($1) and not transitions and ended_at is null";

    // Only what was inserted above: a callback that was there before has had its delivery. What was erased is not there to send. A
    // callback that is a matching endpoint's URL is served as the endpoint's: where that has the event already, nothing is made. Of
    // several with that URL the one that has it, else one that is enabled. An event that is being removed is waited for, and then is none.
    private const string ServeEndedSql = $"""
        insert into bridge.deliveries (id, event_id, client_id, task_id, callback_id, endpoint_id, destination, url, created_at,
                                       next_attempt_at)
        select bridge.new_id(), e.id, e.client_id, t.id, coalesce(ep.id, c.id), ep.id, coalesce(ep.destination, c.destination), c.url,
               now(), now()
        from bridge.task_callbacks c
        join bridge.tasks t on t.id = c.task_id and t.ended_at is not null and t.erased_at is null
        join bridge.events e on e.task_id = t.id and e.type = any (c.events) and e.type not in ('task.queued', 'task.processing')
        left join lateral (
            select ep.id, d.id as destination
            from bridge.endpoints ep
            join bridge.destinations d on d.endpoint_id = ep.id
            left join bridge.deliveries sent on sent.event_id = e.id and sent.callback_id = ep.id
            where ep.client_id = t.client_id and ep.deleted_at is null and ep.url = c.url and e.type = any (ep.events)
              and {EventRecipients.OfFamily}
            order by sent.id is null, ep.status <> 'enabled', ep.created_at, ep.id
            limit 1
        ) ep on true
        where c.id = any ($1)
        for key share of e
        on conflict (event_id, callback_id) do nothing
        """;

    /// <summary>Returns how many of the callbacks were served with an end at once.</summary>
    /// <param name="connection">Inside the transaction that locked or inserted the tasks.</param>
    /// <param name="callbacks">The callbacks to add.</param>
    /// <param name="mayHaveEnded">False where the tasks are new, which saves a statement.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<int> AddAsync(
        NpgsqlConnection connection, IReadOnlyList<NewCallback> callbacks, bool mayHaveEnded, CancellationToken cancellation)
    {
        if (callbacks.Count == 0) return 0;
        await using var batch = new NpgsqlBatch(connection);
        // A new task has none yet that it could be the same as.
        batch.BatchCommands.Add(Callbacks(callbacks, mayHaveEnded ? $"{CallbacksSql} on conflict (task_id, url) do nothing" : CallbacksSql));
        if (mayHaveEnded)
        {
            var telling = callbacks.Where(c => InsertTasks.WantsTransitions(c.Callback)).Select(c => c.Task).ToArray();
            batch.BatchCommands.Add(new(TransitionsSql) { Parameters = { new() { Value = telling } } });
            batch.BatchCommands.Add(new(ServeEndedSql) { Parameters = { Rows.Column(callbacks, c => c.Id) } });
        }

        await batch.ExecuteNonQueryAsync(cancellation);
        return mayHaveEnded ? (int)batch.BatchCommands[^1].RecordsAffected : 0;
    }

    private static NpgsqlBatchCommand Callbacks(IReadOnlyList<NewCallback> callbacks, string sql) => new(sql)
    {
        Parameters =
        {
            Rows.Column(callbacks, c => c.Id),
            Rows.Column(callbacks, c => c.Task),
            Rows.Column(callbacks, c => c.Callback.Url),
            Rows.Column(callbacks, c => c.Destination),
            new() { Value = CallbackEvents.Ends },
            Rows.Column(
                callbacks,
                c => ReferenceEquals(c.Callback.Events, CallbackEvents.Ends) ? null : JsonSerializer.Serialize(c.Callback.Events),
                NpgsqlDbType.Jsonb),
            new() { Value = callbacks.Select(c => c.Destination).Distinct().ToArray() },
        },
    };
}
