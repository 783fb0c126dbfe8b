using System.Globalization;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Support;

/// <summary>The service with everything around it: an emulated upstream, a receiver, one client. All durations are scaled alike.</summary>
internal sealed class World : IAsyncDisposable
{
    /// <summary>The documented 30 to 60 s become 2 to 4 s: short enough to wait for, long enough for a busy machine to keep.</summary>
    public const double TimeScale = 1.0 / 15;

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private World(EmulatorServer upstream, ReceiverServer receiver, BridgeApplication bridge, string clientKey) =>
        (Upstream, Receiver, Bridge, ClientKey) = (upstream, receiver, bridge, clientKey);

    public EmulatorServer Upstream { get; }

    public ReceiverServer Receiver { get; }

    public BridgeApplication Bridge { get; }

    public string ClientKey { get; }

    public BridgeClient Client => Bridge.ClientOf(ClientKey);

    public TestCaller Caller => Bridge.As(ClientKey);

    public static async Task<World> StartAsync(PostgresServer server, params (string Key, string Value)[] settings)
    {
        var upstream = await EmulatorServer.StartAsync(new EmulatorOptions { ApiKey = BridgeApplication.UpstreamKey, TimeScale = TimeScale });
        var receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        var bridge = await BridgeApplication.StartAsync(server, null, [.. Settings(upstream.BaseUrl), .. settings]);
        var client = await bridge.CreateClientAsync();
        receiver.Secrets = [WebhookSecret.Parse((await bridge.ClientOf(client.ApiKey).GetSigningSecretAsync(TestContext.Current.CancellationToken)).Secret)];
        return new(upstream, receiver, bridge, client.ApiKey);
    }

    /// <summary>The documented windows and estimates, scaled.</summary>
    public static IEnumerable<(string Key, string Value)> Settings(Uri upstream, double timeScale = TimeScale)
    {
        yield return ("Bridge:Roles", "api,worker");
        yield return ("Bridge:Upstream:BaseUrl", upstream.AbsoluteUri);
        // What clients do in a minute of life, they do at once here.
        yield return ("Bridge:Limits:RequestsPerSecond", "1000000");
        yield return ("Bridge:Upstream:AllowFasterThanDocumented", "true");
        yield return ("Bridge:Upstream:Timeout", Scaled(timeScale, TimeSpan.FromSeconds(22.5)));
        foreach (var family in ModelCatalogue.Documented.Families)
        {
            var prefix = $"Bridge:Families:{family.Id}";
            yield return ($"{prefix}:PollInterval:Min", Scaled(timeScale, family.Window.Min));
            yield return ($"{prefix}:PollInterval:Max", Scaled(timeScale, family.Window.Max));
            if (family.FlexWindow is { } flex)
            {
                yield return ($"{prefix}:FlexPollInterval:Min", Scaled(timeScale, flex.Min));
                yield return ($"{prefix}:FlexPollInterval:Max", Scaled(timeScale, flex.Max));
            }

            if (family.Estimates is [var estimate, ..])
            {
                yield return ($"{prefix}:Estimate:Min", Scaled(timeScale, estimate.Min));
                yield return ($"{prefix}:Estimate:Max", Scaled(timeScale, estimate.Max));
            }
        }
    }

    public static TimeSpan Scale(TimeSpan documented) => documented * TimeScale;

    public async ValueTask DisposeAsync()
    {
        await Bridge.DisposeAsync();
        await Receiver.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    private static string Scaled(double timeScale, TimeSpan documented) =>
        (documented * timeScale).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) + "ms";
}
