using System.CommandLine;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Receiving;

namespace Kyy.Bridge.Emulator.Commands;

/// <summary><c>receiver</c>: a webhook receiver until Ctrl+C or SIGTERM, one line for each webhook.</summary>
internal static class ReceiverCommand
{
    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "What to listen on.",
        DefaultValueFactory = _ => "http://127.0.0.1:5090",
    };

    private static readonly Option<string[]> Secrets = new("--secret")
    {
        Description = "A signing secret (whsec_…); may be repeated. Later ones: PUT /control/secret.",
    };

    private static readonly Option<int?> Status = new("--answer")
    {
        Description = "Answers everything with this code. Default: 204, and 400 where the signature is refused.",
    };

    public static Command Create()
    {
        Secrets.Validators.Add(given =>
        {
            if (!given.GetRequiredValue(Secrets).All(text => WebhookSecret.TryParse(text, out _))) given.AddError("--secret is not a signing secret.");
        });
        Status.Validators.Add(given =>
        {
            if (given.GetValue(Status) is not (null or (>= 200 and <= 599))) given.AddError("--answer is a code from 200 to 599.");
        });
        var command = new Command("receiver", "Receives webhooks, verifies their signatures and prints one line for each.") { Urls, Secrets, Status };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult given, CancellationToken stopping)
    {
        await using var server = await ReceiverServer.StartAsync(new ReceiverOptions
        {
            Urls = given.GetRequiredValue(Urls),
            Secrets = [.. (given.GetValue(Secrets) ?? []).Select(WebhookSecret.Parse)],
        });
        if (given.GetValue(Status) is { } status) server.Answer = _ => new RawAnswer(status);
        server.Received += webhook => Console.WriteLine(WebhookLine.Of(webhook));
        Console.WriteLine($"receiver on {server.Hook()}");
        await Stop.RequestedAsync(stopping);
    }
}
