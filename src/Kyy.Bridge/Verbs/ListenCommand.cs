using System.CommandLine;
using System.Runtime.InteropServices;
using Kyy.Bridge.Client;

namespace Kyy.Bridge.Verbs;

/// <summary><c>listen --to http://localhost:3000/hooks</c>: brings a client's events to a developer's machine, as webhooks.</summary>
internal static class ListenCommand
{
    /// <summary>Where the key is looked for that is not given: a command line is seen by everybody on the machine.</summary>
    public const string KeyVariable = "KYY_BRIDGE_KEY";

    private const string DefaultUrl = "http://localhost:8080";

    private static readonly TimeSpan ReceiverPatience = TimeSpan.FromSeconds(20);

    public static Command Create()
    {
        var to = new Option<string>("--to") { Description = "The receiver, for instance http://localhost:3000/hooks.", Required = true };
        var url = new Option<string>("--url") { Description = "The bridge.", DefaultValueFactory = _ => DefaultUrl };
        var key = new Option<string?>("--key") { Description = $"The client's API key. Better in the variable {KeyVariable}, where nobody else sees it." };
        foreach (var address in (Option<string>[])[to, url])
        {
            address.Validators.Add(given =>
            {
                if (!IsHttp(given.GetValue(address))) given.AddError($"{address.Name} is an absolute http or https URL.");
            });
        }

        var command = new Command("listen", "Follows a client's event feed and posts each event, signed, to a receiver on this machine.") { to, url, key };
        command.SetAction((given, cancellation) =>
            RunAsync(new(given.GetRequiredValue(to)), new(given.GetRequiredValue(url)), given.GetValue(key), cancellation));
        return command;
    }

    private static PosixSignalRegistration EndOn(PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });

    private static bool IsHttp(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);

    private static async Task<int> RunAsync(Uri to, Uri url, string? given, CancellationToken cancellation)
    {
        var key = given ?? Environment.GetEnvironmentVariable(KeyVariable);
        if (string.IsNullOrWhiteSpace(key))
        {
            await Console.Error.WriteLineAsync($"Whose events? Put the client's API key into the variable {KeyVariable}, or give it with --key.");
            return 1;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var interrupt = EndOn(PosixSignal.SIGINT, stop);
        using var terminate = EndOn(PosixSignal.SIGTERM, stop);
        using var bridgeHttp = new HttpClient(new SocketsHttpHandler());
        using var receiver = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = ReceiverPatience };
        var client = new BridgeClient(bridgeHttp, new() { BaseAddress = url, ApiKey = key.Trim() });
        return await new Listening(client, url, receiver, to, Console.Out, TimeProvider.System).RunAsync(stop.Token);
    }
}
