using System.Net.Http.Headers;
using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Configuration;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Telemetry;
using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Serilog.Formatting.Compact;

namespace Kyy.Bridge.Tests.Support;

/// <summary>The service itself on a port of its own, with a database of its own.</summary>
internal sealed class BridgeApplication : IAsyncDisposable
{
    public const string AdminKey = "bootstrap-key-of-the-tests-0123456789", UpstreamKey = "upstream-key-of-the-tests";

    private readonly WebApplication _app;
    private readonly NpgsqlDataSource? _ownWay;
    private readonly bool _ownsDatabase;
    private readonly SocketsHttpHandler _connections = new() { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 };
    private readonly HttpClient _http;

    private BridgeApplication(
        WebApplication app, TestDatabase database, NpgsqlDataSource? ownWay, TestClock clock, CapturedLog log, bool ownsDatabase)
    {
        (_app, Database, _ownWay, Clock, Log, _ownsDatabase) = (app, database, ownWay, clock, log, ownsDatabase);
        _http = new(_connections, disposeHandler: false) { Timeout = TimeSpan.FromSeconds(60) };
    }

    public TestDatabase Database { get; }

    public TestClock Clock { get; }

    /// <summary>What Production would write, at the levels of the reference file and those of the settings.</summary>
    public CapturedLog Log { get; }

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Urls.Single());

    /// <param name="server">Where the database is made.</param>
    /// <param name="routes">Routes of the test's own, in the group of the API.</param>
    /// <param name="settings">Configuration besides what every test needs.</param>
    public static async Task<BridgeApplication> StartAsync(
        PostgresServer server, Action<IEndpointRouteBuilder>? routes = null, params (string Key, string Value)[] settings)
    {
        var database = await server.CreateDatabaseAsync();
        return await StartAsync(database, null, ownsDatabase: true, routes, settings);
    }

    /// <param name="database">The database.</param>
    /// <param name="way">The way to it that the service takes; null for the usual one.</param>
    /// <param name="ownsDatabase">Whether the database ends with it; not with a further replica.</param>
    /// <param name="routes">Routes of the test's own, in the group of the API.</param>
    /// <param name="settings">Configuration besides what every test needs.</param>
    public static async Task<BridgeApplication> StartAsync(
        TestDatabase database, NpgsqlDataSource? way, bool ownsDatabase = true, Action<IEndpointRouteBuilder>? routes = null, params (string Key, string Value)[] settings)
    {
        var clock = new TestClock();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var configuration = Configure(settings);
        builder.Configuration.AddConfiguration(configuration);
        var log = new CapturedLog(new RenderedCompactJsonFormatter());
        builder.Services.AddLog(Logs.Configured(configuration).WriteTo.Sink(log).CreateLogger());
        builder.Services.AddSingleton<TimeProvider>(clock);
        var ownWay = way is null ? BridgeDataSource.Create(database.ConnectionString, maxConnections: 20) : null;
        var app = BridgeService.Build(builder, Read(configuration), way ?? ownWay!);
        if (routes is not null) routes(Bridge.Http.HttpServices.MapApi(app));
        await app.Services.GetRequiredService<DatabaseClock>().SynchroniseAsync(TestContext.Current.CancellationToken);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app, database, ownWay, clock, log, ownsDatabase);
    }

    /// <summary>The settings of a test, read by the binder as a start reads them.</summary>
    public static BridgeSettings Read(params (string Key, string Value)[] settings) => Read(Configure(settings));

    /// <summary>A caller with this key, or without one, who writes requests by hand.</summary>
    public TestCaller As(string? key)
    {
        var http = new HttpClient(_connections, disposeHandler: false) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
        if (key is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return new(http);
    }

    public TestCaller AsAdmin() => As(AdminKey);

    /// <summary>The typed client, as service teams use it.</summary>
    public BridgeClient ClientOf(string key) => new(_http, new() { BaseAddress = Address, ApiKey = key });

    /// <summary>A new client, made through the API as its users make it.</summary>
    public async Task<ClientCreated> CreateClientAsync(string name = "acme")
    {
        using var answer = await AsAdmin().PostAsync("/v1/admin/clients", new { name });
        return answer.Read(BridgeJson.Wire.ClientCreated);
    }

    public async Task<T> QueryAsync<T>(Func<BridgeDbContext, Task<T>> query)
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<BridgeDbContext>>().CreateDbContextAsync();
        return await query(db);
    }

    /// <summary>Stops it as SIGTERM does.</summary>
    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        if (_ownWay is not null) await _ownWay.DisposeAsync();
        _http.Dispose();
        _connections.Dispose();
        if (_ownsDatabase) await Database.DisposeAsync();
    }

    private static BridgeSettings Read(IConfiguration configuration)
    {
        var reading = BridgeSettings.Read(configuration, isDevelopment: true, ModelCatalogue.Documented.Families);
        reading.Faults.ShouldBeEmpty();
        return reading.Settings!;
    }

    private static IConfigurationRoot Configure((string Key, string Value)[] settings)
    {
        var values = new Dictionary<string, string?>
        {
            ["Bridge:Auth:AdminKey"] = AdminKey,
            ["Bridge:Upstream:ApiKey"] = UpstreamKey,
            // The API alone: a test that polls names its roles and its emulator.
            ["Bridge:Roles"] = "api",
            ["Bridge:Upstream:BaseUrl"] = "http://127.0.0.1:9",
        };
        foreach (var (key, value) in settings) values[key] = value;
        return new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: false)
            .AddInMemoryCollection(values)
            .Build();
    }
}
