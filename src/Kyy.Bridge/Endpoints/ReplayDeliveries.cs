using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Endpoints;

/// <summary>
/// The pages of deliveries that a replay goes over: an endpoint's dead ones of events of a time, or a client's in one state. Indexes
/// <c>deliveries_dead</c>, <c>deliveries_of_endpoint</c>, <c>deliveries_of_client</c>, <c>deliveries_task</c>.
/// </summary>
internal static class ReplayDeliveries
{
    /// <summary>Deliveries in a page.</summary>
    public const int Page = 200;

    // A delivery is never made before its event, but for what clocks differ.
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    private const string Sql = """
        select d.id, d.created_at, d.destination
        from bridge.deliveries d
        join bridge.events e on e.id = d.event_id
        left join bridge.endpoints ep on ep.id = d.endpoint_id
        where d.client_id = $1 and d.state = $2
          and ($3::uuid is null or d.endpoint_id = $3) and ($4::uuid is null or d.task_id = $4)
          and ($5::text[] is null or e.type = any ($5))
          and e.payload <> '' and ep.deleted_at is null
          and d.created_at >= $6 and (d.created_at, d.id) > ($6, $7)
          and case when $8 then e.created_at >= $9 and e.created_at <= $10 else d.created_at <= $10 end
        order by d.created_at, d.id
        limit $11
        """;

    /// <summary>The state of the deliveries that a replay sends again.</summary>
    public static string StateOf(OpenReplay replay) =>
        replay.Kind == Replay.Failed ? DeliveryState.Dead
        : replay.StateFilter ?? throw new InvalidOperationException($"Replay {replay.Id} names no state.");

    public static async Task<List<ReplayCandidate>> ReadAsync(NpgsqlConnection connection, OpenReplay replay, CancellationToken cancellation)
    {
        await using var command = Command(replay);
        command.Connection = connection;
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var page = new List<ReplayCandidate>();
        while (await row.ReadAsync(cancellation))
        {
            page.Add(new(
                row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1), 0, Counts: true, ReplayAct.Again, row.GetGuid(0), row.GetInt32(2)));
        }

        return page;
    }

    private static NpgsqlCommand Command(OpenReplay replay)
    {
        var byEvent = replay.Kind == Replay.Failed;
        return new(Sql)
        {
            Parameters =
            {
                new() { Value = replay.ClientId },
                new() { Value = StateOf(replay) },
                new() { Value = (object?)replay.EndpointId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = (object?)replay.TaskId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = (object?)replay.Events ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                Rows.Time((replay.PositionAt ?? (byEvent ? replay.Since - Slack : replay.Since)).ToUniversalTime()),
                new() { Value = replay.PositionId },
                new() { Value = byEvent },
                Rows.Time(replay.Since.ToUniversalTime()),
                Rows.Time(replay.Until.ToUniversalTime()),
                new() { Value = Page },
            },
        };
    }
}
