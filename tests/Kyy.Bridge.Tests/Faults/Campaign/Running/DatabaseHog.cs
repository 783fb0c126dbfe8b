using Kyy.Bridge.Tests.Faults.Database;
using Npgsql;

namespace Kyy.Bridge.Tests.Faults.Campaign.Running;

/// <summary>What others may do to a server: end its connections, or take all of them.</summary>
internal sealed class DatabaseHog(MortalPostgres database)
{
    private const string CutSql = """
        select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'Kyy.Bridge' and pid <> pg_backend_pid()
        """;

    private const int MostAtOnce = 100;

    private readonly List<NpgsqlConnection> _taken = [];

    /// <summary>Ends every connection of the replicas, in the middle of what it is at.</summary>
    public async Task CutAsync()
    {
        await using var connection = new NpgsqlConnection(Apart);
        await connection.OpenAsync(CancellationToken.None);
        await CutAsync(connection);
    }

    /// <summary>Takes all connections that there are, those of the replicas included.</summary>
    public async Task TakeAllAsync()
    {
        var first = await TryTakeAsync();
        for (var taken = first; taken is not null && _taken.Count < MostAtOnce; taken = await TryTakeAsync())
            await CutAsync(first!);
    }

    public async Task GiveBackAsync()
    {
        foreach (var connection in _taken) await connection.DisposeAsync();
        _taken.Clear();
    }

    private string Apart => new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString;

    private static async Task CutAsync(NpgsqlConnection connection)
    {
        await using var cut = new NpgsqlCommand(CutSql, connection);
        await cut.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private async Task<NpgsqlConnection?> TryTakeAsync()
    {
        var connection = new NpgsqlConnection(Apart);
        try
        {
            await connection.OpenAsync(CancellationToken.None);
            _taken.Add(connection);
            return connection;
        }
        catch (NpgsqlException)
        {
            await connection.DisposeAsync();
            return null;
        }
    }
}
