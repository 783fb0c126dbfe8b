using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Npgsql;

namespace Kyy.Bridge.Tests.Faults.Database;

/// <summary>
/// A PostgreSQL server of a test's own that can be hurt: durable, of the machine's binaries, with a data folder and a port of its own,
/// which stay when it dies. It ends with the test's process, however that ends.
/// </summary>
internal sealed partial class MortalPostgres : IAsyncDisposable
{
    private const string Name = "bridge";
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);

    private readonly LocalPostgresHome _home;
    private readonly LocalPostgresBinaries _binaries;
    private readonly ServerProcesses _processes;
    private readonly NpgsqlDataSource _server;
    private readonly Dictionary<string, string> _settings;
    private readonly bool _isOnOwnDisk;
    private LocalPostgresHolder? _holder;
    private bool _isFrozen;

    private MortalPostgres(LocalPostgresHome home, bool isOnOwnDisk, LocalPostgresBinaries binaries, Dictionary<string, string> settings)
    {
        (_home, _isOnOwnDisk, _binaries, _settings, _processes) = (home, isOnOwnDisk, binaries, settings, new(home.Folder));
        _server = NpgsqlDataSource.Create(Connection("postgres"));
        Database = new(_server, Name);
    }

    public int Port { get; } = LoopbackPort.Next();

    /// <summary>For Npgsql: the migrated database, as its superuser.</summary>
    public string ConnectionString => Connection(Name);

    /// <summary>For Npgsql: whichever of the two takes writes.</summary>
    public string ConnectionStringWith(MortalPostgres other) => new NpgsqlConnectionStringBuilder(ConnectionString)
    {
        Host = $"127.0.0.1:{Port},127.0.0.1:{other.Port}",
        TargetSessionAttributes = "primary",
        HostRecheckSeconds = 1,
    }.ConnectionString;

    /// <summary>The migrated database. It ends with the server and need not be disposed of.</summary>
    public TestDatabase Database { get; }

    /// <summary>What the server has said, for a failing test's message.</summary>
    public string LogTail => _home.LogTail();

    /// <summary>A server with a migrated database.</summary>
    /// <param name="disk">The disk of all that it writes; null for the usual one.</param>
    /// <param name="settings">Settings of the server, besides what every one has.</param>
    public static async Task<MortalPostgres> StartAsync(SmallDisk? disk = null, params (string Name, string Value)[] settings)
    {
        var server = await MakeAsync(disk, settings);
        try
        {
            await server.StartAsync();
            await server.ExecuteAsync("postgres", $"CREATE DATABASE {Name}");
            await PostgresServer.MigrateAsync(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }.ConnectionString);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server where it does not run, on the data that are there, and returns when it answers.</summary>
    public async Task StartAsync()
    {
        _isFrozen = false;
        using var limit = new CancellationTokenSource(LongestStart, TimeProvider.System);
        while (await TryLookAsync(limit.Token) is { } refusal)
        {
            limit.IsCancellationRequested.ShouldBeFalse($"the server does not start: {refusal}{LogTail}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>kill -9 of the postmaster and all backends at once.</summary>
    public async Task KillAsync()
    {
        await _processes.KillAsync();
        _isFrozen = false;
    }

    /// <summary>An orderly end (pg_ctl stop -m fast): connections are told, and cut.</summary>
    public async Task StopAsync()
    {
        await ServerCommand.AsServerAsync(Tool("pg_ctl"), "stop", "-w", "-m", "fast", "-D", Data);
        await Wait.UntilAsync(() => _processes.HaveEnded, "the stopped server has ended");
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Stops every process of it with SIGSTOP: connections stay, and nothing answers.</summary>
    public Task FreezeAsync()
    {
        _isFrozen = true;
        return _processes.FreezeAsync();
    }

    public async Task ThawAsync()
    {
        await _processes.ThawAsync();
        _isFrozen = false;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isFrozen) await ThawAsync();
        if (_holder is not null) await _holder.DisposeAsync();
        await Database.DataSource.DisposeAsync();
        await _server.DisposeAsync();
        DeleteFiles();
    }

    private static async Task<MortalPostgres> MakeAsync(SmallDisk? disk, (string Name, string Value)[] settings)
    {
        await ServerBinaries.RequireAsync();
        var folders = LocalPostgresBinaries.Folders(Environment.GetEnvironmentVariable("PATH"));
        var binaries = await LocalPostgresBinaries.FindAsync(folders, null, CancellationToken.None);
        var home = new LocalPostgresHome(disk?.Path ?? ScratchFolder.NewPath());
        await home.MakeAsync(Environment.IsPrivilegedProcess, CancellationToken.None);
        var all = new Dictionary<string, string>
        {
            ["listen_addresses"] = "127.0.0.1",
            ["max_connections"] = "60",
            ["shared_buffers"] = "32MB",
            ["min_wal_size"] = "32MB",
            ["max_wal_size"] = "64MB",
            ["wal_keep_size"] = "64MB",
        };
        foreach (var (name, value) in settings) all[name] = value;
        return new(home, disk is not null, binaries, all);
    }

    // The script that holds it up ends when a start fails.
    private async Task<string?> TryLookAsync(CancellationToken cancellation)
    {
        var options = new LocalPostgresOptions { Directory = _home.Folder, Settings = WithPort() };
        _holder ??= LocalPostgresHolder.Start(
            LocalPostgresCommand.Hold(_home.Folder, _binaries, options, Environment.IsPrivilegedProcess), TimeProvider.System);
        if (await _holder.LookAsync(cancellation) is not null) return await RefusalAsync(cancellation);
        var (_, errors) = await _holder.EndedAsync(cancellation);
        await LetGoAsync();
        return errors;
    }

    private async Task LetGoAsync()
    {
        if (_holder is not null) await _holder.DisposeAsync();
        _holder = null;
    }

    private Dictionary<string, string> WithPort() => new(_settings) { ["port"] = $"{Port}" };

    private async Task<string?> RefusalAsync(CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(Apart("postgres"));
            await connection.OpenAsync(cancellation);
            return null;
        }
        catch (NpgsqlException refusal)
        {
            return refusal.Message;
        }
    }

    private string Data => Path.Combine(_home.Folder, "data");

    private string Tool(string name) => Path.Combine(_binaries.Folder, name);

    private string Connection(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = database,
        Username = LocalPostgresCommand.User,
    }.ConnectionString;

    // A pool would hand out connections that died with the server.
    private string Apart(string database) => new NpgsqlConnectionStringBuilder(Connection(database)) { Pooling = false }.ConnectionString;

    private void DeleteFiles()
    {
        // A disk of its own goes as a whole: its root cannot be removed.
        if (_isOnOwnDisk || !Directory.Exists(_home.Folder)) return;
        Directory.Delete(_home.Folder, recursive: true);
    }
}
