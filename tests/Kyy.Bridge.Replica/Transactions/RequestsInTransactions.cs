using System.Runtime.InteropServices;
using Kyy.Bridge.Replica.Signals;
using Npgsql;

namespace Kyy.Bridge.Replica.Transactions;

/// <summary>
/// Ends the process when a request is begun while a transaction waits for it: a slow answer would hold its locks, and keep vacuum and
/// the feed's horizon back, for as long as it takes.
/// </summary>
/// <remarks>
/// Which flow a transaction belongs to cannot be told from within Npgsql. That it stands still for as long as the request does tells it
/// as well: the request is held back until each has gone on, which is a matter of microseconds, or one never does.
/// </remarks>
internal sealed class RequestsInTransactions(OpenTransactions transactions, NpgsqlDataSource database)
{
    /// <summary>The exit code, which nothing else in the process ends with.</summary>
    public const int ExitCode = 97;

    /// <summary>What the line begins with that says so.</summary>
    public const string Marker = "KYY_FAULT: a request was begun inside an open transaction: ";

    // Requests that are held back hold threads, and the transactions that they wait for need some.
    private const int Threads = 64;

    public void Watch(RequestSignals requests)
    {
        ThreadPool.SetMinThreads(Threads, Threads);
        requests.Beginning += Check;
    }

    private void Check(SentRequest request)
    {
        if (transactions.WaitingForTheCaller(IsIdle) is null) return;
        Console.Error.WriteLine($"{Marker}{request}");
        Exit(ExitCode);
    }

    // Else it is PostgreSQL that keeps it waiting.
    private bool IsIdle(int backend)
    {
        try
        {
            using var command = database.CreateCommand("select state like 'idle in transaction%' from pg_stat_activity where pid = $1");
            command.Parameters.Add(new() { Value = backend });
            return command.ExecuteScalar() is true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    // At once: an orderly end would wait for the flow that this is.
    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void Exit(int code);
}
