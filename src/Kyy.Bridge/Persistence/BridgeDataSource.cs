using Npgsql;

namespace Kyy.Bridge.Persistence;

/// <summary>
/// The one pool of connections of a process. Its time-outs are the promise that an outage of the database shows as a 503 within
/// five seconds, and that nothing waits for ever in a transaction.
/// </summary>
internal static class BridgeDataSource
{
    private const int ConnectSeconds = 3, CommandSeconds = 4, KeepAliveSeconds = 10, PreparedStatements = 64, NoAnswerToCancellation = -1;

    // On the server too: a client that gave up must not leave its statement running, nor one that froze its locks held.
    private const string ServerTimeouts = "-c statement_timeout=4s -c lock_timeout=3s -c idle_in_transaction_session_timeout=15s";

    // As long as a table has no statistics, a scan of all of it looks cheap, and a prepared statement keeps that plan. Everything that
    // matters goes by an index.
    private const string Plans = "-c enable_seqscan=off";

    /// <param name="connectionString">As configured.</param>
    /// <param name="maxConnections">How many it may hold.</param>
    /// <param name="log">Npgsql's own log, which the service does without: every statement is in it.</param>
    public static NpgsqlDataSource Create(string connectionString, int maxConnections, ILoggerFactory? log = null)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "Kyy.Bridge",
            MaxPoolSize = maxConnections,
            Timeout = ConnectSeconds,
            CommandTimeout = CommandSeconds,
            KeepAlive = KeepAliveSeconds,
            // A commit that waits for its standby and is cancelled is answered with success, and the standby has not got it.
            CancellationTimeout = NoAnswerToCancellation,
            MaxAutoPrepare = PreparedStatements,
        };
        // Npgsql blocks a thread while it cancels a statement; those of a whole pool that stands still must not be all there are.
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount + maxConnections), completions);
        connection.Options = $"{ServerTimeouts} {Plans} {connection.Options}".TrimEnd();
        return new NpgsqlDataSourceBuilder(connection.ConnectionString).UseLoggerFactory(log).Build();
    }
}
