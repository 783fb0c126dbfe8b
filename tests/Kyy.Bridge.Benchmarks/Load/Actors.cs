using System.CommandLine;
using System.Text.Json;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Secure;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>
/// The emulated upstream and a receiver as a process of their own, so that what they cost is not taken for the service's. It says where
/// they are, and ends when its standard input does.
/// </summary>
internal static class Actors
{
    public const string Verb = "actors";

    public static Command Command()
    {
        var command = new Command(Verb, "The upstream and the receiver of a measurement; for the measurements themselves.") { Hidden = true };
        command.SetAction((_, stopping) => RunAsync(stopping));
        return command;
    }

    private static async Task RunAsync(CancellationToken stopping)
    {
        // However soon a task is asked about again is no matter here.
        var options = new EmulatorOptions
        {
            MinimumGap = TimeSpan.Zero,
            FlexMinimumGap = TimeSpan.Zero,
            Tls = [TlsCondition.Valid],
            Http2 = true,
        };
        await using var upstream = await EmulatorServer.StartAsync(options);
        await using var receiver = await CountingReceiver.StartAsync(upstream);
        var places = new ActorsPlaces(
            upstream.BaseUrl, upstream.SecureUrl(TlsCondition.Valid), upstream.ControlUrl, options.ApiKey, receiver.Address,
            upstream.Authority.Pem);
        Console.WriteLine(JsonSerializer.Serialize(places));
        await Console.In.ReadToEndAsync(stopping);
    }
}

/// <summary>Where the actors are.</summary>
/// <param name="Upstream">The base URL in plain HTTP/1.1.</param>
/// <param name="SecureUpstream">The base URL over TLS, which speaks HTTP/2.</param>
/// <param name="Control">Where the upstream is told what tasks there are.</param>
/// <param name="Key">The key that the upstream takes.</param>
/// <param name="Receiver">Where webhooks may be sent, and counts are asked for.</param>
/// <param name="Authority">Whose certificate the secure upstream has, as PEM.</param>
internal sealed record ActorsPlaces(Uri Upstream, Uri SecureUpstream, Uri Control, string Key, Uri Receiver, string Authority);
