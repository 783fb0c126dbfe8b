using Npgsql;

namespace Kyy.Bridge.Tests.Faults.Database;

/// <summary>What needs the server's own word.</summary>
internal sealed partial class MortalPostgres
{
    private const string OfTheService = "datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'";

    /// <summary>Cuts every connection to the database in the middle of whatever it does; returns how many there were.</summary>
    public Task<long> CutConnectionsAsync() =>
        ScalarAsync<long>($"select count(*) from (select pg_terminate_backend(pid) from pg_stat_activity where {OfTheService}) cut");

    /// <summary>kill -9 of one backend: PostgreSQL throws out all others and recovers from its log.</summary>
    public async Task KillBackendAsync() =>
        await ServerProcesses.KillOneAsync(await ScalarAsync<int>($"select pid from pg_stat_activity where {OfTheService} limit 1"));

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
        await using var connection = new NpgsqlConnection(Apart(Name));
        await connection.OpenAsync(CancellationToken.None);
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
