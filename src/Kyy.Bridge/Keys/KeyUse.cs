using System.Collections.Concurrent;
using Kyy.Bridge.Http;
using Npgsql;

namespace Kyy.Bridge.Keys;

/// <summary>
/// Remembers which API keys were used, and writes it down now and then with one statement: to the minute, which is enough to see that a
/// key is in use, or not any more. Uses of a process that dies are forgotten.
/// </summary>
internal sealed class KeyUse(NpgsqlDataSource dataSource, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan WriteEvery = TimeSpan.FromSeconds(20);

    // A row that another replica writes at the moment gets the same minute from it.
    private const string Sql = """
        update bridge.api_keys
        set last_used_at = date_trunc('minute', now())
        where id in (
            select id from bridge.api_keys
            where id = any ($1) and (last_used_at is null or last_used_at < date_trunc('minute', now()))
            order by id
            for no key update skip locked)
        """;

    private readonly ConcurrentDictionary<Guid, bool> _used = new();

    /// <summary>A key was used.</summary>
    public void Note(Guid key) => _used.TryAdd(key, true);

    /// <summary>Writes down what was used since the last time.</summary>
    public async Task WriteAsync(CancellationToken cancellation)
    {
        Guid[] used = [.. _used.Keys];
        if (used.Length == 0) return;
        foreach (var key in used) _used.TryRemove(key, out _);
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = used });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryWriteAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(WriteEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await TryWriteAsync(stoppingToken);
    }

    private async Task TryWriteAsync(CancellationToken cancellation)
    {
        try
        {
            await WriteAsync(cancellation);
        }
        catch (Exception outage) when (DatabaseOutage.Explains(outage) || outage is PostgresException)
        {
            // The requests tell of an outage, and the next use is written down after it. A column that is not there yet is the migration's.
        }
    }
}
