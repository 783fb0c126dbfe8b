using Kyy.Bridge.Persistence;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kyy.Bridge.Tests.Support;

/// <summary>
/// Where the server of a run comes from, first match wins: the one that <c>KYY_TEST_DB</c> names; a container, in the Full set where
/// a Docker engine can provide it; a private one of the machine's binaries.
/// </summary>
/// <param name="Connection">For Npgsql, as a user who may create databases.</param>
/// <param name="Words">Which one it is, for people.</param>
/// <param name="Owner">What ends the server, where the run has started it.</param>
internal sealed partial record PostgresSource(string Connection, string Words, IAsyncDisposable? Owner)
{
    // Each test has a database and a pool of its own, and many run at the same time.
    private static readonly Dictionary<string, string> Settings = new() { ["max_connections"] = "300", ["max_wal_size"] = "256MB" };

    public static async Task<PostgresSource> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("KYY_TEST_DB") is { Length: > 0 } given)
            return new PostgresSource(given, "the server that KYY_TEST_DB names", null);
        Task<(PostgresSource? Started, string Refusal)>? container = null;
        TryContainer(ref container);
        if (container is null) return await StartLocalAsync("");
        var (started, refusal) = await container;
        return started ?? await StartLocalAsync($" (no container: {refusal})");
    }

    /// <summary>Implemented by the Full set, in PostgresContainer.cs; in Lean the call is compiled away.</summary>
    static partial void TryContainer(ref Task<(PostgresSource? Started, string Refusal)>? container);

    private static async Task<PostgresSource> StartLocalAsync(string why)
    {
        await ServerBinaries.RequireAsync();
        var options = new LocalPostgresOptions { Directory = ScratchFolder.NewPath(), Durable = false, Settings = Settings };
        var local = await LocalPostgres.StartAsync(options, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        return new PostgresSource(local.ConnectionString, $"a private server of this machine's binaries{why}", local);
    }
}
