using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Faults.Database;

/// <summary>What needs the server's own word.</summary>
internal sealed partial class MortalPostgres
{
    private const string OthersOfTheDatabase =
        "datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'";

    /// <summary>Cuts every connection to the database in the middle of whatever it does; returns how many there were.</summary>
    public async Task<long> CutConnectionsAsync()
    {
        await using var connection = await ConnectAsync();
        return await CutConnectionsAsync(connection, "%");
    }

    /// <summary>Cuts the connections of one program, by a connection that is there: there may be no further one.</summary>
    public static async Task<long> CutConnectionsAsync(NpgsqlConnection connection, string program)
    {
        await using var cut = new NpgsqlCommand(
            $"select count(pg_terminate_backend(pid)) from pg_stat_activity where {OthersOfTheDatabase} and application_name like $1",
            connection);
        cut.Parameters.Add(new() { Value = program });
        return (long)(await cut.ExecuteScalarAsync(CancellationToken.None))!;
    }

    /// <summary>kill -9 of one backend: PostgreSQL throws out all others and recovers from its log.</summary>
    public async Task KillBackendAsync() => await ServerProcesses.KillOneAsync(
        await ScalarAsync<int>($"select pid from pg_stat_activity where {OthersOfTheDatabase} limit 1"));

    /// <summary>Has the server need more room for its log until there is none, which it does not survive.</summary>
    public async Task PanicAsync()
    {
        try
        {
            while (true) await ExecuteAsync("select pg_logical_emit_message(false, 'fault', repeat('x', 1000000)) from generate_series(1, 16)");
        }
        catch (NpgsqlException)
        {
            // It tries to recover, which takes room, too, and gives up.
            await Wait.UntilAsync(() => _processes.HaveEnded, "the server has given up");
        }
    }

    /// <summary>A connection of a test's own.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(Apart(Name));
        await connection.OpenAsync(CancellationToken.None);
        return connection;
    }

    /// <summary>Takes every connection that the server still gives, until it is disposed of.</summary>
    public async Task<IAsyncDisposable> HoldConnectionsAsync()
    {
        var held = new HeldConnections();
        while (await held.TryAddAsync(Apart(Name)))
        {
        }

        return held;
    }

    /// <summary>One value of the database, by a connection of its own.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(CancellationToken.None))!;
    }

    /// <summary>A statement, by a connection of its own.</summary>
    public Task ExecuteAsync(string sql) => ExecuteAsync(Name, sql);

    private async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(Apart(database));
        await connection.OpenAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private sealed class HeldConnections : IAsyncDisposable
    {
        private readonly List<NpgsqlConnection> _held = [];

        public async Task<bool> TryAddAsync(string connectionString)
        {
            var connection = new NpgsqlConnection(connectionString);
            try
            {
                await connection.OpenAsync(CancellationToken.None);
                _held.Add(connection);
                return true;
            }
            catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                await connection.DisposeAsync();
                return false;
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var connection in _held) await connection.DisposeAsync();
        }
    }
}
