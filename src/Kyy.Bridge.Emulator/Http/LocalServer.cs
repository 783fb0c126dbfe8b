using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;

namespace Kyy.Bridge.Emulator.Http;

/// <summary>A bare Kestrel for HTTP/1.1: nothing is read from files or the environment, and only warnings are logged.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    /// <summary>Idle connections close at once; only answers that are being held back are waited for, and those may never come.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromMilliseconds(500);

    private readonly WebApplication _app;

    private LocalServer(WebApplication app) => _app = app;

    /// <summary>The first address that is listened on, with the port that was taken where 0 was asked for.</summary>
    public Uri Address => Addresses[0];

    /// <summary>All of them, in the order in which they were asked for.</summary>
    public IReadOnlyList<Uri> Addresses => [.. Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(url => new Uri(url))];

    private IFeatureCollection Features => _app.Services.GetRequiredService<IServer>().Features;

    /// <param name="urls">What to listen on, separated by semicolons; null where <paramref name="kestrel"/> says it.</param>
    /// <param name="map">Adds the middleware and the routes.</param>
    /// <param name="kestrel">Sets the server up further.</param>
    public static async Task<LocalServer> StartAsync(string? urls, Action<WebApplication> map, Action<KestrelServerOptions>? kestrel = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        if (urls is not null) builder.WebHost.UseUrls(urls);
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            kestrel?.Invoke(options);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Drain);
        builder.Services.AddSingleton<IHostLifetime, OwnersLifetime>();
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(json => Wire.Configure(json.SerializerOptions));
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(console => console.ColorBehavior = LoggerColorBehavior.Disabled);

        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new LocalServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>
    /// The server lives as long as its owner says. The host's own console lifetime would swallow SIGINT and SIGTERM of whatever
    /// process it is started in, a test run for instance.
    /// </summary>
    private sealed class OwnersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
