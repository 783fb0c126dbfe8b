using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Kyy.Bridge.Benchmarks.Load;
using Kyy.Bridge.Benchmarks.Stages;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Demo;
using Kyy.Bridge.Persistence;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Kyy.Bridge.Benchmarks.Registration;

/// <summary>
/// The service and the bare endpoint, each a process of its own, on one PostgreSQL that waits for the disk. Polling is held, so that
/// registering is all there is to do.
/// </summary>
internal sealed class RegistrationStage : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _folder, _adminKey = RandomNumberGenerator.GetHexString(48, lowercase: true);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };
    private LocalPostgres? _server;
    private ServiceProcess? _service;
    private Process? _bare;

    private RegistrationStage(string folder) => _folder = folder;

    public Uri Bridge { get; } = FreePort.Address();

    public Uri Bare { get; } = FreePort.Address();

    /// <summary>The key of a client that names a callback with each task, and of one that has an endpoint instead.</summary>
    public (string Callback, string Endpoint) Keys { get; private set; }

    /// <param name="folder">Takes the database, while it lasts, and what the service says.</param>
    /// <param name="settings">The service's configuration, as environment variables.</param>
    /// <param name="stopping">Gives up.</param>
    /// <exception cref="DemoException">The service, its database or the bare endpoint does not come up.</exception>
    public static async Task<RegistrationStage> StartAsync(
        string folder, IReadOnlyDictionary<string, string> settings, CancellationToken stopping)
    {
        var stage = new RegistrationStage(Path.GetFullPath(Path.Combine(folder, "registration-postgres")));
        try
        {
            await stage.StartDatabaseAsync(stopping);
            await stage.StartServiceAsync(Path.Combine(folder, "bridge.log"), settings, stopping);
            await stage.StartBareAsync(stopping);
            await stage.PrepareAsync(stopping);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Processor seconds so far of whoever registers, and of PostgreSQL.</summary>
    public (double Server, double Postgres) Processors(bool bare) =>
        (ProcessTimes.Of(bare ? _bare!.Id : _service!.Id).TotalSeconds, ProcessTimes.OfFamily(PostmasterId()).TotalSeconds);

    /// <summary>Tasks in the database.</summary>
    public async Task<long> CountAsync(CancellationToken stopping)
    {
        await using var database = NpgsqlDataSource.Create(_server!.ConnectionString);
        await using var count = database.CreateCommand("select count(*) from bridge.tasks");
        return (long)(await count.ExecuteScalarAsync(stopping))!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null) await _service.DisposeAsync();
        if (_bare is not null)
        {
            _bare.StandardInput.Close();
            await _bare.WaitForExitAsync();
            _bare.Dispose();
        }

        if (_server is not null) await _server.DisposeAsync();
        _http.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private async Task StartDatabaseAsync(CancellationToken stopping)
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        // A checkpoint in the middle of a stretch would be that stretch's alone.
        var settings = new Dictionary<string, string> { ["max_wal_size"] = "4GB", ["checkpoint_timeout"] = "30min" };
        try
        {
            _server = await LocalPostgres.StartAsync(
                new() { Directory = _folder, Settings = settings }, TimeProvider.System, NullLogger.Instance, stopping);
        }
        catch (LocalPostgresException missing)
        {
            throw new DemoException(missing.Message);
        }
    }

    private async Task StartServiceAsync(string logFile, IReadOnlyDictionary<string, string> more, CancellationToken stopping)
    {
        // Polling is held: nobody listens at this upstream.
        var settings = new Dictionary<string, string>(ServiceSettings.Of(Bridge, FreePort.Address(), _adminKey, _adminKey, null))
        {
            ["ConnectionStrings__Bridge"] = _server!.ConnectionString,
        };
        foreach (var (name, value) in more) settings[name] = value;
        var dll = Path.Combine(AppContext.BaseDirectory, "Kyy.Bridge.dll");
        _service = ServiceProcess.Start(dll, settings, logFile, TimeProvider.System);
        await _service.ReadyAsync(async stop =>
        {
            using var answer = await _http.GetAsync(new Uri(Bridge, "/healthz/ready"), stop);
            return answer.IsSuccessStatusCode;
        }, stopping);
    }

    private async Task StartBareAsync(CancellationToken stopping)
    {
        var start = new ProcessStartInfo("dotnet", BareEndpoint.Arguments(Bare, _server!.ConnectionString)) { RedirectStandardInput = true };
        _bare = Process.Start(start)!;
        if (!await Until.TrueAsync(IsListeningAsync, Patience, stopping)) throw new DemoException("The bare endpoint does not come up.");
    }

    private async Task<bool> IsListeningAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(Bare);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task PrepareAsync(CancellationToken stopping)
    {
        var admin = ClientOf(_adminKey);
        await admin.HoldAsync(new(HoldKinds.Polling), stopping);
        var callback = (await admin.CreateClientAsync(new("callback"), cancellationToken: stopping)).ApiKey;
        var endpoint = (await admin.CreateClientAsync(new("endpoint"), cancellationToken: stopping)).ApiKey;
        await ClientOf(endpoint).CreateEndpointAsync(new() { Url = "http://127.0.0.1:9/endpoint" }, cancellationToken: stopping);
        Keys = (callback, endpoint);
    }

    private BridgeClient ClientOf(string key) => new(_http, new() { BaseAddress = Bridge, ApiKey = key });

    private int PostmasterId() =>
        int.Parse(File.ReadLines(Path.Combine(_folder, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);
}
