using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Scheduling;
using Npgsql;

namespace Kyy.Bridge.Deliveries;

/// <summary>
/// Disables endpoints that are gone, or have done nothing but fail for <see cref="DeliverySettings.DisableAfter"/>, and tells their
/// clients.
/// </summary>
/// <remarks>
/// It reads what the settles have written, so that a process which dies between the two only delays it. A disabling, its event and the
/// event's deliveries are one transaction; the row's lock and its status make it happen once, whoever tries.
/// A bare callback's host is never disabled, since nothing could enable it again: it stays on probation.
/// </remarks>
internal sealed partial class FailingEndpoints(
    NpgsqlDataSource dataSource, DeliverySettings settings, ILogger<FailingEndpoints> logger) : IRecurringWork
{
    /// <summary>What <c>destinations.last_failure</c> says of an endpoint that is gone.</summary>
    public const string Gone = "410";

    /// <summary>Failures that it takes at least: a client with an event a week does not lose its endpoint over two of them.</summary>
    public const int Least = 5;

    // The failures have to span the time, not only to have begun before it: while nothing is sent nothing fails.
    private const string Condition = """
        ep.status = 'enabled' and ep.deleted_at is null and d.failing_since is not null
          and (d.last_failure = '410' or (d.consecutive_failures >= $2 and d.last_attempt_at >= d.failing_since + $1))
        """;

    private const string LookSql = $"""
        select exists (
            select 1 from bridge.destinations d join bridge.endpoints ep on ep.id = d.endpoint_id where {Condition})
        """;

    private const string DisableSql = $"""
        with failing as materialized (
            select ep.id, d.failing_since, case when d.last_failure = '410' then 'gone' else 'failing' end as reason
            from bridge.destinations d join bridge.endpoints ep on ep.id = d.endpoint_id
            where {Condition}
            order by ep.id
            for no key update of ep
        )
        update bridge.endpoints ep set status = 'disabled', disabled_reason = f.reason, disabled_at = now()
        from failing f
        where ep.id = f.id and ep.status = 'enabled'
        returning ep.id, ep.client_id, ep.url, ep.disabled_reason, f.failing_since, ep.disabled_at
        """;

    public string Name => "disable-endpoints";

    public TimeSpan Cadence { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Raised when an endpoint has said that it is gone.</summary>
    public WakeSignal Wake { get; } = new();

    public async Task<WorkRun> RunOnceAsync(CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using var look = Command(LookSql, connection);
        if (!(bool)(await look.ExecuteScalarAsync(cancellation))!) return new(0);

        var disabled = await DisableAsync(connection, cancellation);
        foreach (var one in disabled) LogDisabled(logger, LoggedId.OfEndpoint(one.Endpoint), one.Reason, one.FailingSince);
        return new(disabled.Count);
    }

    private async Task<List<DisabledEndpoint>> DisableAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await EventWriting.AnnounceAsync(connection, cancellation);
        var disabled = await ReadDisabledAsync(connection, cancellation);
        await InsertClientEvents.RunAsync(connection, [.. disabled.Select(one => one.ToEvent())], cancellation);
        await transaction.CommitAsync(cancellation);
        return disabled;
    }

    private async Task<List<DisabledEndpoint>> ReadDisabledAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = Command(DisableSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var disabled = new List<DisabledEndpoint>();
        while (await reader.ReadAsync(cancellation))
        {
            disabled.Add(new(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5)));
        }

        return disabled;
    }

    private NpgsqlCommand Command(string sql, NpgsqlConnection connection) =>
        new(sql, connection) { Parameters = { new() { Value = settings.DisableAfter }, new() { Value = Least } } };

    [LoggerMessage(
        3201, LogLevel.Warning, "{Endpoint} was disabled ({Reason}); it has been failing since {Since}. Its deliveries wait until it is enabled")]
    private static partial void LogDisabled(ILogger logger, LoggedId endpoint, string reason, DateTimeOffset since);
}
