using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Operators;

/// <summary>Keeps what operators have told to wait. The claims themselves read it, so what is committed here is in force everywhere.</summary>
internal sealed partial class HoldStore(
    NpgsqlDataSource dataSource, UpstreamOptions options, ModelCatalogue catalogue, Ids ids, ILogger<HoldStore> logger)
{
    private const string HoldSql = """
        insert into bridge.holds (id, what, client_id, host, created_at) values ($1, $2, $3, $4, now()) on conflict do nothing
        """;

    // What came due while a whole key was held is spread over a window, as after a pause: its rate grows anew. Where only a client was,
    // the key's other clients are not to pay for it, and turns keep its tasks from being ahead of theirs.
    private const string ReleaseSql = $"""
        with gone as (
            delete from bridge.holds
            where what = $2 and client_id is not distinct from $3 and host is not distinct from $4
            returning what, client_id, host, created_at
        ), noted as (
            insert into bridge.past_holds (id, client_id, host, ended_at)
            select $1, client_id, host, now() from gone where what = 'polling'
            on conflict (coalesce(client_id, '00000000-0000-0000-0000-000000000000'), coalesce(host, ''))
            do update set ended_at = excluded.ended_at
        ), old as (
            delete from bridge.past_holds
            where ended_at < now() - interval '2 days'
              and not (client_id is not distinct from $3 and host is not distinct from $4)
        ), ramped as (
            update bridge.upstream_budgets b
            set reopened_at = now() - greatest($6 - (now() - h.created_at), interval '0')
            from gone h
            where h.what = 'polling' and b.state = 'active' and exists (
                select 1 from bridge.upstream_keys k
                cross join lateral (select null::uuid as client, coalesce(k.base_url, $5) as url) who
                where k.budget_id = b.id and {PollingHolds.CoversKey})
        )
        select count(*) from gone
        """;

    private const string ListSql = """
        select what, client_id, host, created_at from bridge.holds order by created_at, id
        """;

    /// <summary>From now on it waits, where it did not already.</summary>
    public async Task HoldAsync(WantedHold hold, CancellationToken cancellation)
    {
        await using var command = Command(HoldSql, hold);
        if (await command.ExecuteNonQueryAsync(cancellation) > 0) LogHeld(logger, hold.What, Shown(hold.Client), hold.Host);
    }

    /// <summary>From now on it goes on, unless another hold covers it. False where there was no such hold.</summary>
    public async Task<bool> ReleaseAsync(WantedHold hold, CancellationToken cancellation)
    {
        await using var command = Command(ReleaseSql, hold);
        command.Parameters.Add(new() { Value = UpstreamOptions.Normal(options.BaseUrl) });
        command.Parameters.Add(new() { Value = catalogue.Default.Window.Min });
        if (await command.ExecuteScalarAsync(cancellation) is 0L) return false;

        LogReleased(logger, hold.What, Shown(hold.Client), hold.Host);
        return true;
    }

    /// <summary>All that waits, the oldest first.</summary>
    public async Task<IReadOnlyList<HoldView>> ReadAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(ListSql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var holds = new List<HoldView>();
        while (await reader.ReadAsync(cancellation))
        {
            holds.Add(new(
                reader.GetString(0),
                reader.IsDBNull(1) ? null : Shown(reader.GetGuid(1)),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.GetFieldValue<DateTimeOffset>(3)));
        }

        return holds;
    }

    private NpgsqlCommand Command(string sql, WantedHold hold)
    {
        var command = dataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = ids.Next() });
        command.Parameters.Add(new() { Value = hold.What });
        command.Parameters.Add(new() { Value = (object?)hold.Client ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = (object?)hold.Host ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        return command;
    }

    private static string? Shown(Guid? client) => client is { } id ? TypeId.Format(TypeId.Client, id) : null;

    [LoggerMessage(3501, LogLevel.Information, "From now on {What} waits (client: {Client}, host: {Host})")]
    private static partial void LogHeld(ILogger logger, string what, string? client, string? host);

    [LoggerMessage(3502, LogLevel.Information, "From now on {What} goes on (client: {Client}, host: {Host})")]
    private static partial void LogReleased(ILogger logger, string what, string? client, string? host);
}
