using System.Text.Json;
using Kyy.Bridge.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Deliveries;

/// <summary>Writes what became of claimed deliveries, and one row for each attempt.</summary>
/// <remarks>
/// Only a row whose <c>claim</c> is still the settler's is changed: a process that was frozen past its lease owns it no more.
/// Its attempt is a fact all the same and is kept, and says of the destination what it says. Locks in id order: deliveries, then
/// destinations.
/// </remarks>
internal static class SettleDeliveries
{
    // First of all and by itself, so that every row is locked, also those which are another's by now: their attempts are kept below.
    private const string LockSql =
        "select count(*) from (select from bridge.deliveries where id = any ($1) order by id for no key update) locked";

    private const string Sql = """
        update bridge.deliveries d
        set state = s.state, next_attempt_at = case when s.state = 'pending' then now() + greatest(s.wait, interval '0') end,
            leased_until = null, unsettled = 0, attempts = d.attempts - (not s.attempted)::integer,
            ended_at = case when s.state <> 'pending' then now() end, dead_reason = s.reason
        from unnest($1, $2, $3, $4, $5, $6) s (id, claim, state, wait, reason, attempted)
        where d.id = s.id and d.claim = s.claim and d.state = 'pending'
        """;

    // A delivery that is gone has no attempts. One that is there stays, for it is locked.
    private const string AttemptsSql = """
        insert into bridge.delivery_attempts (delivery_id, number, started_at, duration_ms, status_code, error, response_body)
        select s.* from unnest($1, $2, $3, $4, $5, $6, $7) s (id, number, started_at, duration_ms, status_code, error, response_body)
        where exists (select 1 from bridge.deliveries d where d.id = s.id offset 0)
        on conflict (delivery_id, number) do nothing
        """;

    private const string DisableSql = "update bridge.task_callbacks set disabled_at = now() where id = any ($1) and disabled_at is null";

    /// <summary>Writes them in one transaction, and says how the destinations are that something was sent to.</summary>
    public static async Task<List<(int Destination, DestinationHealth Health)>> WriteAsync(
        NpgsqlDataSource dataSource, IReadOnlyList<Settlement> settlements)
    {
        await using var batch = dataSource.CreateBatch();
        foreach (var command in Commands(settlements)) batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync();
        // Past the locks' answer.
        await reader.NextResultAsync();
        await FreshPlans.SkipAsync(reader);
        return await RecordHealth.ReadAsync(reader);
    }

    internal static IEnumerable<NpgsqlBatchCommand> Commands(IReadOnlyList<Settlement> settlements)
    {
        NpgsqlBatchCommand locks = new(LockSql) { Parameters = { Rows.Column(settlements, s => s.Delivery.Id) } };
        foreach (var command in FreshPlans.For(locks, Settle(settlements))) yield return command;
        Settlement[] attempted = [.. settlements.Where(s => s.Attempt is not null)];
        if (attempted.Length > 0) yield return Attempts(attempted);
        var gone = settlements.Where(s => s.DisablesCallback && s.Delivery.EndpointId is null).Select(s => s.Delivery.CallbackId).ToArray();
        if (gone.Length > 0) yield return new(DisableSql) { Parameters = { new() { Value = gone } } };
        var health = HealthChange.Of(settlements);
        if (health.Count > 0) yield return RecordHealth.Command(health);
    }

    private static NpgsqlBatchCommand Settle(IReadOnlyList<Settlement> rows) => new(Sql)
    {
        Parameters =
        {
            Rows.Column(rows, r => r.Delivery.Id),
            Rows.Column(rows, r => r.Delivery.Claim),
            Rows.Column(rows, r => r.State),
            Rows.Column(rows, r => r.Wait, NpgsqlDbType.Interval),
            Rows.Column(rows, r => r.DeadReason),
            Rows.Column(rows, r => r.Attempt is not null),
        },
    };

    private static NpgsqlBatchCommand Attempts(IReadOnlyList<Settlement> rows) => new(AttemptsSql)
    {
        Parameters =
        {
            Rows.Column(rows, r => r.Delivery.Id),
            Rows.Column(rows, r => r.Delivery.Attempt),
            Rows.Column(rows, r => r.Attempt?.StartedAt, NpgsqlDbType.TimestampTz),
            Rows.Column(rows, r => (int?)r.Attempt?.Duration.TotalMilliseconds, NpgsqlDbType.Integer),
            Rows.Column(rows, r => StatusCode(r.Attempt?.Result), NpgsqlDbType.Integer),
            Rows.Column(rows, r => Error(r.Attempt?.Result)),
            Rows.Column(rows, r => r.Attempt?.ResponseBody, NpgsqlDbType.Bytea),
        },
    };

    internal static int? StatusCode(AttemptResult? result) => result switch
    {
        AttemptResult.Accepted accepted => accepted.StatusCode,
        AttemptResult.Gone => StatusCodes.Status410Gone,
        AttemptResult.Rejected rejected => rejected.StatusCode,
        _ => null,
    };

    internal static string? Error(AttemptResult? result) =>
        result is AttemptResult.Unreachable unreachable ? JsonNamingPolicy.SnakeCaseLower.ConvertName(unreachable.Error.ToString()) : null;
}
