using System.Security.Cryptography;
using Kyy.Bridge.Emulator.Commands;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>Everything of a demo on this machine: the upstream and the receiver in this process, the real service in its own.</summary>
internal sealed class LocalStage : IAsyncDisposable
{
    private readonly Uri _bridge = FreePort.Address();
    private readonly EmulatorServer _upstream;
    private readonly ReceiverServer _receiver;
    private readonly ServiceProcess _service;

    private LocalStage(EmulatorServer upstream, string upstreamKey, ReceiverServer receiver, DemoPlaces places, TimeProvider time)
    {
        (_upstream, _receiver) = (upstream, receiver);
        Stage = new(_bridge, upstream.ControlUrl, receiver.BaseUrl, NewKey(), time);
        var settings = ServiceSettings.Of(_bridge, upstream.BaseUrl, upstreamKey, Stage.AdminKey, places.DatabaseFolder);
        _service = ServiceProcess.Start(places.BridgeDll, settings, places.LogFile, time);
    }

    public DemoStage Stage { get; }

    /// <summary>Starts all of it; the service takes a while longer, see <see cref="ReadyAsync"/>.</summary>
    public static async Task<LocalStage> StartAsync(DemoPlaces places, TimeProvider time)
    {
        var options = new EmulatorOptions { ApiKey = NewKey(), TimeScale = Pace.TimeScale };
        var upstream = await EmulatorServer.StartAsync(options, time);
        return new(upstream, options.ApiKey, await ReceiverServer.StartAsync(new(), time), places, time);
    }

    /// <exception cref="DemoException">The service does not come up.</exception>
    public Task ReadyAsync(CancellationToken stopping) => _service.ReadyAsync(Stage.IsReadyAsync, stopping);

    /// <summary>Keeps everything running until stopped, and says with what to go on by hand.</summary>
    public Task StayAsync(string clientKey, TextWriter output, CancellationToken stopping)
    {
        foreach (var line in StayNotice.Lines(_bridge, _upstream.ControlUrl, _receiver.BaseUrl, Stage.AdminKey, clientKey)) output.WriteLine(line);
        _receiver.Received += webhook => output.WriteLine(WebhookLine.Of(webhook));
        return Stop.RequestedAsync(stopping);
    }

    /// <summary>The service first: it would else find its upstream gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _receiver.DisposeAsync();
        await _upstream.DisposeAsync();
        Stage.Dispose();
    }

    private static string NewKey() => RandomNumberGenerator.GetHexString(48, lowercase: true);
}
