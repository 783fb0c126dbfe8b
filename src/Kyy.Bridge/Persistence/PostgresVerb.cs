using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Kyy.Bridge.Persistence;

/// <summary>The verb <c>postgres</c>: runs the private PostgreSQL alone, for a look with psql or for another program.</summary>
internal static class PostgresVerb
{
    /// <summary>Starts or joins the server of a folder, says how to reach it (first its connection string), and holds it until Ctrl+C.</summary>
    public static async Task<int> RunAsync(string directory, TextWriter output, TextWriter errors, TimeProvider time)
    {
        using var ended = new CancellationTokenSource();
        using var interrupt = EndOn(PosixSignal.SIGINT, ended);
        using var terminate = EndOn(PosixSignal.SIGTERM, ended);
        using var hangUp = EndOn(PosixSignal.SIGHUP, ended);
        try
        {
            var options = new LocalPostgresOptions { Directory = directory };
            await using var server = await LocalPostgres.StartAsync(options, time, NullLogger.Instance, ended.Token);
            await output.WriteLineAsync(Introduction(server));
            await Task.Delay(Timeout.InfiniteTimeSpan, time, ended.Token);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        catch (LocalPostgresException failure)
        {
            await errors.WriteLineAsync(failure.Message);
            return 1;
        }

        return 0;
    }

    private static string Introduction(LocalPostgres server)
    {
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        return $"""
            {server.ConnectionString}
            psql --host='{connection.Host}' --username={connection.Username} {connection.Database}
            {(server.Joined ? "Joined a running server." : "Started the server.")} Ctrl+C ends it, unless another process uses it.
            """;
    }

    private static PosixSignalRegistration EndOn(PosixSignal signal, CancellationTokenSource ended) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            ended.Cancel();
        });
}
