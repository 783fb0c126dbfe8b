using System.ComponentModel;
using Npgsql;

namespace Kyy.Bridge.Persistence;

/// <summary>
/// A private PostgreSQL server, run from the machine's server binaries on a socket that only its owner can reach. It ends with the
/// last process that uses its folder, however that process ends; a process that finds it running joins it.
/// </summary>
internal sealed partial class LocalPostgres : IAsyncDisposable
{
    private const string Database = "bridge";
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly LocalPostgresHolder _holder;

    private LocalPostgres(LocalPostgresHolder holder, LocalPostgresLook look)
    {
        _holder = holder;
        Joined = !look.Started;
        ConnectionString = Connection(look.SocketFolder, Database);
    }

    /// <summary>For Npgsql: the server's database <c>bridge</c>, as its superuser.</summary>
    public string ConnectionString { get; }

    /// <summary>Whether another process had started the server; its settings are then that process's.</summary>
    public bool Joined { get; }

    /// <summary>Starts the server of the options' folder, or joins it where it runs.</summary>
    /// <exception cref="LocalPostgresException">No server could be had; the message says what to do.</exception>
    public static async Task<LocalPostgres> StartAsync(
        LocalPostgresOptions options, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        var home = new LocalPostgresHome(Path.GetFullPath(options.Directory));
        var holder = await HoldAsync(home, options, time, cancellation);
        try
        {
            var look = await ReachAsync(holder, home, time, cancellation);
            if (look.Started) LogStarted(logger, home.Folder);
            else LogJoined(logger, home.Folder);
            return new LocalPostgres(holder, look);
        }
        catch
        {
            await holder.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets go of the server; where this was its last user, it has stopped when this returns.</summary>
    public ValueTask DisposeAsync() => _holder.DisposeAsync();

    private static async Task<LocalPostgresHolder> HoldAsync(
        LocalPostgresHome home, LocalPostgresOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var folders = LocalPostgresBinaries.Folders(Environment.GetEnvironmentVariable("PATH"));
        var binaries = await LocalPostgresBinaries.FindAsync(folders, home.DataMajor(), cancellation);
        var asRoot = Environment.IsPrivilegedProcess;
        try
        {
            await home.MakeAsync(asRoot, cancellation);
            return LocalPostgresHolder.Start(LocalPostgresCommand.Hold(home.Folder, binaries, options, asRoot), time);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or Win32Exception)
        {
            throw new LocalPostgresException($"The private PostgreSQL in {home.Folder} cannot be prepared: {failure.Message}", failure);
        }
    }

    /// <summary>
    /// Looks until the database answers. A server that another process is starting, or that has just died with a backend still
    /// busy, takes more than one look.
    /// </summary>
    private static async Task<LocalPostgresLook> ReachAsync(
        LocalPostgresHolder holder, LocalPostgresHome home, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(LongestStart, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        NpgsqlException? refusal = null;
        var started = false;
        try
        {
            while (await holder.LookAsync(either.Token) is { } look)
            {
                started |= look.Started;
                refusal = look.SocketFolder is "" ? refusal : await TryMakeDatabaseAsync(look.SocketFolder, either.Token);
                if (look.SocketFolder is not "" && refusal is null) return look with { Started = started };
                await Task.Delay(BetweenLooks, time, either.Token);
            }

            var (exitCode, errors) = await holder.EndedAsync(either.Token);
            throw new LocalPostgresException(home.Explain(exitCode, errors));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new LocalPostgresException(
                $"The private PostgreSQL in {home.Folder} did not answer within {LongestStart.TotalSeconds} s.{home.LogTail()}", refusal);
        }
    }

    /// <summary>The refusal is a value: still starting, just stopping, or another process made the database meanwhile.</summary>
    private static async Task<NpgsqlException?> TryMakeDatabaseAsync(string socketFolder, CancellationToken cancellation)
    {
        try
        {
            await using var server = NpgsqlDataSource.Create(Connection(socketFolder, "postgres"));
            await using var exists = server.CreateCommand($"SELECT 1 FROM pg_database WHERE datname = '{Database}'");
            if (await exists.ExecuteScalarAsync(cancellation) is not null) return null;
            await using var create = server.CreateCommand($"CREATE DATABASE {Database}");
            await create.ExecuteNonQueryAsync(cancellation);
            return null;
        }
        catch (NpgsqlException refusal)
        {
            return refusal;
        }
    }

    private static string Connection(string socketFolder, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = socketFolder,
        Database = database,
        Username = LocalPostgresCommand.User,
    }.ConnectionString;

    [LoggerMessage(1002, LogLevel.Information, "Private PostgreSQL started in {Directory}; it ends with its last user")]
    private static partial void LogStarted(ILogger logger, string directory);

    [LoggerMessage(1003, LogLevel.Information, "Private PostgreSQL in {Directory} was running already: joined it")]
    private static partial void LogJoined(ILogger logger, string directory);
}
