using Npgsql;

namespace Kyy.Bridge.Persistence;

/// <summary>Writes a batch so that neither a passing fault of the database nor one poisoned row keeps the others from being written.</summary>
internal static partial class BatchWrite
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50), LongestWait = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Writes; repeats after deadlocks, serialization failures, time-outs and lost connections until <paramref name="cancellation"/>;
    /// halves a batch that is refused for its data until the row that is to blame stands alone, and writes that one without its texts.
    /// </summary>
    public static async Task RunAsync<T>(
        IReadOnlyList<T> rows, Func<IReadOnlyList<T>, Task> write, Func<T, T> withoutTexts,
        TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            await RepeatAsync(() => write(rows), time, logger, cancellation);
        }
        catch (PostgresException refusal) when (IsRefusedForData(refusal) && rows.Count > 1)
        {
            var half = rows.Count / 2;
            try
            {
                await RunAsync([.. rows.Take(half)], write, withoutTexts, time, logger, cancellation);
            }
            finally
            {
                // Also when a row of the first half is refused even without its texts.
                await RunAsync([.. rows.Skip(half)], write, withoutTexts, time, logger, cancellation);
            }
        }
        catch (PostgresException refusal) when (IsRefusedForData(refusal))
        {
            LogRefused(logger, typeof(T).Name, refusal.SqlState, refusal.ConstraintName);
            await RepeatAsync(() => write([withoutTexts(rows[0])]), time, logger, cancellation);
        }
    }

    /// <summary>Writes, and repeats after passing faults of the database until <paramref name="cancellation"/>.</summary>
    public static async Task RepeatAsync(Func<Task> write, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                await write();
                return;
            }
            catch (NpgsqlException fault) when (IsPassing(fault) && !cancellation.IsCancellationRequested)
            {
                LogRepeated(logger, fault.SqlState ?? "connection", wait);
                await Task.Delay(wait, time, cancellation);
            }
        }
    }

    // With Npgsql not transient are the server's statement time-out, though the client's own is; a fail-over between two hosts, of which
    // for a moment none takes writes; and a connection to one that has not been promoted yet.
    private static bool IsPassing(NpgsqlException fault) =>
        fault is not PostgresException refusal
        || refusal.IsTransient
        || refusal.SqlState is PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.ReadOnlySqlTransaction;

    // Class 22 is data exceptions, 23 constraint violations: the row's fault, and the same at every repetition.
    private static bool IsRefusedForData(PostgresException refusal) =>
        refusal.SqlState.StartsWith("22", StringComparison.Ordinal) || refusal.SqlState.StartsWith("23", StringComparison.Ordinal);

    // The message of the refusal is not logged: it quotes the row.
    [LoggerMessage(1101, LogLevel.Error, "PostgreSQL refused one {Row} for its data ({SqlState}, {Constraint}): it is stored without its texts")]
    private static partial void LogRefused(ILogger logger, string row, string sqlState, string? constraint);

    [LoggerMessage(1102, LogLevel.Warning, "A batch could not be written ({SqlState}): again in {Wait}")]
    private static partial void LogRepeated(ILogger logger, string sqlState, TimeSpan wait);
}
