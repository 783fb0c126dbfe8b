using Npgsql;

namespace Kyy.Bridge.Persistence;

/// <summary>What the server has to offer, looked at once at start: found out later, it would be found out under load.</summary>
internal static class ServerLimits
{
    private const int OldestMajor = 14;

    private const string Sql = """
        select current_setting('server_version_num')::integer / 10000,
               current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
        """;

    /// <summary>Why this server does not do, with the remedy; null where it does.</summary>
    public static async Task<string?> FaultAsync(NpgsqlDataSource dataSource, int maxConnections, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return Judge(reader.GetInt32(0), reader.GetInt32(1), maxConnections);
    }

    internal static string? Judge(int major, int offered, int wanted)
    {
        if (major < OldestMajor) return $"ConnectionStrings:Bridge leads to PostgreSQL {major}. Kyy.Bridge needs {OldestMajor} or later.";
        return wanted <= offered
            ? null
            : $"Bridge:Database:MaxConnections is {wanted}, and the server offers {offered}. Lower it, or raise the server's max_connections.";
    }
}
