using System.Security.Cryptography;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Demo;
using Kyy.Bridge.Persistence;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Kyy.Bridge.Benchmarks.Stages;

/// <summary>The real service as a process of its own, on a private PostgreSQL that is new with each run.</summary>
internal sealed class Service : IAsyncDisposable
{
    private readonly LocalPostgres _server;
    private readonly ServiceProcess _process;
    private readonly string? _folder;
    private readonly string _adminKey;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(2) };

    private Service(LocalPostgres server, ServiceProcess process, Uri address, string adminKey, string? folder)
    {
        (_server, _process, Address, _adminKey, _folder) = (server, process, address, adminKey, folder);
        Database = NpgsqlDataSource.Create(server.ConnectionString);
    }

    public Uri Address { get; }

    public NpgsqlDataSource Database { get; }

    /// <summary>The service's process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>The API as the operator.</summary>
    public BridgeClient Operator => ClientOf(_adminKey);

    /// <param name="setup">How it is to be.</param>
    /// <param name="stopping">Gives up.</param>
    /// <exception cref="DemoException">The service or its database does not come up.</exception>
    public static async Task<Service> StartAsync(ServiceSetup setup, CancellationToken stopping)
    {
        var (address, adminKey) = (FreePort.Address(), NewKey());
        var server = await StartDatabaseAsync(setup.Database, stopping);
        var settings = new Dictionary<string, string>(ServiceSettings.Of(address, setup.Upstream, setup.UpstreamKey, adminKey, null))
        {
            ["ConnectionStrings__Bridge"] = server.ConnectionString,
        };
        foreach (var (name, value) in setup.Settings) settings[name] = value;
        var dll = Path.Combine(AppContext.BaseDirectory, "Kyy.Bridge.dll");
        var process = ServiceProcess.Start(dll, settings, setup.LogFile, TimeProvider.System);
        var service = new Service(server, process, address, adminKey, setup.Database.Durable ? setup.Database.Directory : null);
        try
        {
            await process.ReadyAsync(service.IsReadyAsync, stopping);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public static string NewKey() => RandomNumberGenerator.GetHexString(48, lowercase: true);

    /// <exception cref="DemoException">The machine has no server, or it does not start.</exception>
    public static async Task<LocalPostgres> StartDatabaseAsync(LocalPostgresOptions options, CancellationToken stopping)
    {
        try
        {
            return await LocalPostgres.StartAsync(options, TimeProvider.System, NullLogger.Instance, stopping);
        }
        catch (LocalPostgresException missing)
        {
            throw new DemoException(missing.Message);
        }
    }

    /// <summary>The API, for whom the key belongs to.</summary>
    public BridgeClient ClientOf(string key) => new(_http, new() { BaseAddress = Address, ApiKey = key });

    /// <summary>The API as a new client.</summary>
    public async Task<BridgeClient> NewClientAsync(string name, CancellationToken stopping) =>
        ClientOf((await Operator.CreateClientAsync(new ClientRegistration(name), cancellationToken: stopping)).ApiKey);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await Database.DisposeAsync();
        await _server.DisposeAsync();
        _http.Dispose();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> IsReadyAsync(CancellationToken stopping)
    {
        using var answer = await _http.GetAsync(new Uri(Address, "/healthz/ready"), stopping);
        return answer.IsSuccessStatusCode;
    }
}

/// <summary>How a service is to be.</summary>
/// <param name="Upstream">The base URL of its upstream.</param>
/// <param name="UpstreamKey">Its key there.</param>
/// <param name="Database">Its private server. A durable one's folder is removed in the end.</param>
/// <param name="LogFile">Takes what the service says.</param>
/// <param name="Settings">Configuration of the measurement's own, as environment variables.</param>
internal sealed record ServiceSetup(
    Uri Upstream, string UpstreamKey, LocalPostgresOptions Database, string LogFile, IReadOnlyDictionary<string, string> Settings);
