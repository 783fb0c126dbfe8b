using System.Net.Sockets;
using Npgsql;

namespace Kyy.Bridge.Http;

/// <summary>Tells a database that does not answer, which passes and is 503, from a statement that is wrong, which is a defect.</summary>
internal static class DatabaseOutage
{
    /// <summary>Whether the exception, or one that it wraps, says that PostgreSQL is out of reach, overloaded or shutting down.</summary>
    public static bool Explains(Exception? exception) => exception switch
    {
        null => false,
        PostgresException refused => IsPassing(refused.SqlState),
        NpgsqlException or SocketException or TimeoutException => true,
        _ => Explains(exception.InnerException),
    };

    // 08 connection, 40 deadlock or serialisation, 53 resources, 57 shut-down and statement time-out, 58 disk, 55P03 lock time-out,
    // 25P03 the connection was idle in its transaction for too long, 25006 it leads to a standby that has not been promoted yet.
    private static bool IsPassing(string state) =>
        state[..2] is "08" or "40" or "53" or "57" or "58"
        || state is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.ReadOnlySqlTransaction or "25P03";
}
