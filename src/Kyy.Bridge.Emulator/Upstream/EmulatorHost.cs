using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Emulator.Upstream.Secure;
using Microsoft.AspNetCore.Connections;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>The parts of an emulated upstream, and the servers that they are behind.</summary>
internal sealed class EmulatorHost : IAsyncDisposable
{
    private readonly EmulatorOptions _options;
    private readonly EmulatorConnections _connections;
    private readonly ControlApi _control;
    private LocalServer? _plain, _secure;
    private Uri? _address;

    private EmulatorHost(EmulatorOptions options, MonotonicClock clock)
    {
        _options = options;
        Tasks = new(options, clock);
        Keys = new(options, clock);
        Keys.Accept(options.ApiKey);
        Faults = new(options, clock);
        Results = new(options, clock, Tasks, Keys, Faults, Ledger);
        _connections = new(Faults, Ledger);
        _control = new(clock, Tasks, Keys, Faults, Results, Ledger);
    }

    public Uri Address => _address ?? throw new InvalidOperationException("It does not listen yet.");

    public EmulatedTasks Tasks { get; }

    public EmulatedKeys Keys { get; }

    public FaultRules Faults { get; }

    public ResultRoute Results { get; }

    public PollLedger Ledger { get; } = new();

    public EmulatedAuthority Authority { get; } = new();

    public static async Task<EmulatorHost> StartAsync(EmulatorOptions options, MonotonicClock clock)
    {
        var host = new EmulatorHost(options, clock);
        await host.ListenAsync();
        if (!options.Tls.IsEmpty) await host.ListenSecurelyAsync();
        return host;
    }

    /// <summary>The scheme is said here: those that cut the handshake short are to the server listeners of plain bytes.</summary>
    public Uri SecureAddress(int index)
    {
        var address = (_secure ?? throw new InvalidOperationException("It has no listener of https.")).Addresses[index];
        return new Uri($"https://{address.Authority}");
    }

    public async Task ListenAsync()
    {
        _plain ??= await LocalServer.StartAsync(_address?.AbsoluteUri ?? _options.Urls, Map, kestrel =>
            kestrel.ConfigureEndpointDefaults(listen => listen.Use(next => connection => _connections.AcceptAsync(connection, next))));
        _address = _plain.Address;
    }

    public async Task StopListeningAsync()
    {
        if (_plain is { } server) await server.DisposeAsync();
        _plain = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopListeningAsync();
        if (_secure is { } secure) await secure.DisposeAsync();
        Authority.Dispose();
    }

    private async Task ListenSecurelyAsync() => _secure = await LocalServer.StartAsync(null, Map, kestrel =>
    {
        kestrel.ConfigureEndpointDefaults(listen => listen.Use(next => connection => _connections.AcceptAsync(connection, next)));
        SecureListeners.Listen(kestrel, _options, Authority);
    });

    private void Map(WebApplication app)
    {
        app.Use(Results.InvokeAsync);
        _control.Map(app);
    }
}
