using System.Security.Cryptography;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Demo;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Kyy.Bridge.Benchmarks.Stages;

/// <summary>
/// The real service as a process of its own, on a private PostgreSQL that is new with each run and waits for no disk; the emulated
/// upstream is in this process.
/// </summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly LocalPostgres _server;
    private readonly ServiceProcess _service;
    private readonly Uri _bridge;
    private readonly string _adminKey;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };

    private Stage(LocalPostgres server, EmulatorServer upstream, ServiceProcess service, Uri bridge, string adminKey)
    {
        (_server, Upstream, _service, _bridge, _adminKey) = (server, upstream, service, bridge, adminKey);
        Database = NpgsqlDataSource.Create(server.ConnectionString);
    }

    public EmulatorServer Upstream { get; }

    public NpgsqlDataSource Database { get; }

    /// <param name="logFile">Takes what the service says.</param>
    /// <param name="more">Configuration of the measurement's own, as environment variables.</param>
    /// <param name="stopping">Gives up.</param>
    /// <exception cref="DemoException">The service or its database does not come up.</exception>
    public static async Task<Stage> StartAsync(string logFile, IReadOnlyDictionary<string, string> more, CancellationToken stopping)
    {
        var (bridge, adminKey) = (FreePort.Address(), NewKey());
        var server = await StartDatabaseAsync(stopping);
        var options = new EmulatorOptions { ApiKey = NewKey(), TimeScale = Pace.TimeScale };
        var upstream = await EmulatorServer.StartAsync(options);
        var settings = new Dictionary<string, string>(ServiceSettings.Of(bridge, upstream.BaseUrl, options.ApiKey, adminKey, null))
        {
            ["ConnectionStrings__Bridge"] = server.ConnectionString,
        };
        foreach (var (name, value) in more) settings[name] = value;
        var dll = Path.Combine(AppContext.BaseDirectory, "Kyy.Bridge.dll");
        var stage = new Stage(server, upstream, ServiceProcess.Start(dll, settings, logFile, TimeProvider.System), bridge, adminKey);
        try
        {
            await stage._service.ReadyAsync(stage.IsReadyAsync, stopping);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>The service's API, for whom the key belongs to.</summary>
    public BridgeClient ClientOf(string key) => new(_http, new() { BaseAddress = _bridge, ApiKey = key });

    /// <summary>The API as a new client.</summary>
    public async Task<BridgeClient> NewClientAsync(string name, CancellationToken stopping) =>
        ClientOf((await ClientOf(_adminKey).CreateClientAsync(new ClientRegistration(name), cancellationToken: stopping)).ApiKey);

    /// <summary>A task that the upstream calls completed from the first time it is asked, with where its outcome goes.</summary>
    public TaskRegistration NewTask(Uri callback) => new()
    {
        TaskId = Upstream.Tasks.Create(new() { Family = EmulatedFamily.StarVideos, Statuses = [EmulatedStatus.Completed] }).Id,
        CallbackUrl = callback.AbsoluteUri,
        Family = Families.StarVideos,
    };

    /// <summary>The service first: it would else find its upstream and its database gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await Upstream.DisposeAsync();
        await Database.DisposeAsync();
        await _server.DisposeAsync();
        _http.Dispose();
    }

    private static async Task<LocalPostgres> StartDatabaseAsync(CancellationToken stopping)
    {
        try
        {
            var options = new LocalPostgresOptions { Directory = ScratchFolder.NewPath(), Durable = false };
            return await LocalPostgres.StartAsync(options, TimeProvider.System, NullLogger.Instance, stopping);
        }
        catch (LocalPostgresException missing)
        {
            throw new DemoException(missing.Message);
        }
    }

    private async Task<bool> IsReadyAsync(CancellationToken stopping)
    {
        using var answer = await _http.GetAsync(new Uri(_bridge, "/healthz/ready"), stopping);
        return answer.IsSuccessStatusCode;
    }

    private static string NewKey() => RandomNumberGenerator.GetHexString(48, lowercase: true);
}
