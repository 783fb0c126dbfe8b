using System.Security.Cryptography;
using DotNet.Testcontainers.Configurations;
using Microsoft.Extensions.Logging.Abstractions;
using Testcontainers.PostgreSql;

namespace Kyy.Bridge.Tests.Support;

internal sealed partial record PostgresSource
{
    private const string Image = "postgres:17";
    private const string Data = "/var/lib/postgresql/data";

    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(10);

    // An image that is not there yet has to be fetched.
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(2);

    static partial void TryContainer(ref Task<(PostgresSource? Started, string Refusal)>? container) => container = TryContainerAsync();

    private static async Task<(PostgresSource? Started, string Refusal)> TryContainerAsync()
    {
        try
        {
            // The library looks for an engine while it builds, and waits as long as the engine likes.
            var container = await Task.Run(Build).WaitAsync(LongestLook, TimeProvider.System);
            return (await StartAsync(container), "");
        }
        // Whatever the engine lacks, there is another way to a server, and the run says which it took.
        catch (Exception failure)
        {
            return (null, Reason(failure));
        }
    }

    private static PostgreSqlContainer Build()
    {
        RequireNamedEngine();
        string[] settings = [.. Settings.Select(setting => $"{setting.Key}={setting.Value}"), "jit=off", "fsync=off",
            "synchronous_commit=off", "full_page_writes=off"];
        return new PostgreSqlBuilder(Image)
            .WithLogger(NullLogger.Instance)
            // Its port is open to the network.
            .WithPassword(RandomNumberGenerator.GetHexString(32))
            .WithTmpfsMount(Data)
            .WithCommand(new OverwriteEnumerable<string>(["postgres", .. settings.SelectMany(setting => new[] { "-c", setting })]))
            .Build();
    }

    /// <summary>The library takes another engine where that of DOCKER_HOST does not answer; whoever names one means that one.</summary>
    private static void RequireNamedEngine()
    {
        if (Environment.GetEnvironmentVariable("DOCKER_HOST") is not { Length: > 0 } named) return;
        const UriComponents place = UriComponents.Host | UriComponents.Path;
        var answers = TestcontainersSettings.OS.DockerEndpointAuthConfig?.Endpoint;
        if (answers is null || Uri.Compare(answers, new Uri(named), place, UriFormat.Unescaped, StringComparison.Ordinal) != 0)
            throw new InvalidOperationException($"no engine answers at DOCKER_HOST, {named}");
    }

    private static async Task<PostgresSource> StartAsync(PostgreSqlContainer container)
    {
        using var limit = new CancellationTokenSource(LongestStart, TimeProvider.System);
        try
        {
            await container.StartAsync(limit.Token);
            return new PostgresSource(container.GetConnectionString(), $"a container of {Image}", container);
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    private static string Reason(Exception failure)
    {
        if (failure is TimeoutException or OperationCanceledException) return "the Docker engine took too long";
        // The innermost has the engine's own words.
        while (failure.InnerException is { } inner) failure = inner;
        return string.Join(' ', failure.Message.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
    }
}
