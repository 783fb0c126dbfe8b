using System.CommandLine;
using System.Net;

namespace Kyy.Bridge.Verbs;

/// <summary><c>healthcheck</c>: asks the service of this container whether it is ready; exit code 0 or 1.</summary>
internal static class HealthcheckVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var url = new Option<string>("--url")
        {
            Description = "The probe.",
            DefaultValueFactory = _ => new Uri(Address(Environment.GetEnvironmentVariable), "/healthz/ready").AbsoluteUri,
        };
        url.Validators.Add(given =>
        {
            if (!Uri.TryCreate(given.GetValue(url), UriKind.Absolute, out _)) given.AddError("--url is an absolute URL.");
        });
        var command = new Command("healthcheck", "Asks the running service whether it is ready: exit code 0 or 1.") { url };
        command.SetAction((given, cancellation) => CheckAsync(new Uri(given.GetRequiredValue(url)), cancellation));
        return command;
    }

    /// <summary>Where the service of these environment variables listens, seen from its own machine.</summary>
    internal static Uri Address(Func<string, string?> environment)
    {
        if (environment("ASPNETCORE_URLS")?.Split(';') is [{ Length: > 0 } first, ..])
        {
            var listening = BindingAddress.Parse(first);
            return new UriBuilder(listening.Scheme, IPAddress.Loopback.ToString(), listening.Port).Uri;
        }

        var port = (environment("ASPNETCORE_HTTP_PORTS") ?? environment("HTTP_PORTS"))?.Split(';')[0];
        return new Uri($"http://{IPAddress.Loopback}:{port ?? "5000"}");
    }

    private static async Task<int> CheckAsync(Uri probe, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, probe);
            using var answer = await http.SendAsync(request, either.Token);
            await Console.Out.WriteLineAsync($"{probe}: {(int)answer.StatusCode}");
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"{probe} does not answer.");
            return 1;
        }
    }
}
