using Npgsql;

namespace Kyy.Bridge.Persistence;

/// <summary>
/// PostgreSQL's clock, counted on by this process's monotonic one. What is told to people and receivers comes from here, so
/// that a replica whose wall clock is ten minutes off does not sign stamps that receivers refuse.
/// </summary>
/// <remarks>What is compared with a row's time is compared by PostgreSQL itself, never by this clock.</remarks>
internal sealed class DatabaseClock(NpgsqlDataSource dataSource, TimeProvider time)
{
    private volatile Reading? _reading;

    /// <summary>The database's time now. <see cref="SynchroniseAsync"/> must have succeeded once.</summary>
    public DateTimeOffset Now => _reading is { } reading
        ? reading.At + time.GetElapsedTime(reading.Timestamp)
        : throw new InvalidOperationException("The database's clock has not been read yet.");

    /// <summary>Reads the database's clock; the answer is taken to be of the middle of the round trip.</summary>
    public async Task SynchroniseAsync(CancellationToken cancellation)
    {
        // Opened first: a new connection's several round trips are not the statement's.
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand("select clock_timestamp()", connection);
        var sent = time.GetTimestamp();
        var at = (DateTime)(await command.ExecuteScalarAsync(cancellation))!;
        _reading = new Reading(at + time.GetElapsedTime(sent) / 2, time.GetTimestamp());
    }

    private sealed record Reading(DateTimeOffset At, long Timestamp);
}
