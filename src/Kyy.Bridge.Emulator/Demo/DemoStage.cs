using System.Security.Cryptography;
using Kyy.Bridge.Client;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>Everything that runs during a demo: the upstream and the receiver in this process, the real service in its own.</summary>
internal sealed class DemoStage : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(15) };
    private readonly ServiceProcess _service;
    private readonly TimeProvider _time;

    private DemoStage(EmulatorServer upstream, EmulatorOptions options, ReceiverServer receiver, DemoPlaces places, TimeProvider time)
    {
        (Upstream, UpstreamOptions, Receiver, _time) = (upstream, options, receiver, time);
        var settings = ServiceSettings.Of(Bridge, upstream.BaseUrl, options.ApiKey, AdminKey, places.DatabaseFolder);
        _service = ServiceProcess.Start(places.BridgeDll, settings, places.LogFile, time);
    }

    public EmulatorServer Upstream { get; }

    public EmulatorOptions UpstreamOptions { get; }

    public ReceiverServer Receiver { get; }

    /// <summary>Where the service is.</summary>
    public Uri Bridge { get; } = FreePort.Address();

    public string AdminKey { get; } = NewKey();

    /// <summary>Starts all of it; the service takes a while longer, see <see cref="ReadyAsync"/>.</summary>
    public static async Task<DemoStage> StartAsync(DemoPlaces places, TimeProvider time)
    {
        var options = new EmulatorOptions { ApiKey = NewKey(), TimeScale = Pace.TimeScale };
        return new(await EmulatorServer.StartAsync(options, time), options, await ReceiverServer.StartAsync(new(), time), places, time);
    }

    /// <exception cref="DemoException">The service does not come up.</exception>
    public Task ReadyAsync(CancellationToken stopping) => _service.ReadyAsync(_http, Bridge, stopping);

    /// <summary>The service's API, for whom the key belongs to.</summary>
    public BridgeClient Client(string key) => new(_http, new() { BaseAddress = Bridge, ApiKey = key, Time = _time });

    /// <summary>The service first: it would else find its upstream gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await Receiver.DisposeAsync();
        await Upstream.DisposeAsync();
        _http.Dispose();
    }

    private static string NewKey() => RandomNumberGenerator.GetHexString(48, lowercase: true);
}
