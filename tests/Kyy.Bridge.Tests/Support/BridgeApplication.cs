using System.Net.Http.Headers;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kyy.Bridge.Tests.Support;

/// <summary>The service itself on a port of its own, with a database of its own.</summary>
internal sealed class BridgeApplication : IAsyncDisposable
{
    public const string AdminKey = "bootstrap-key-of-the-tests-0123456789";

    private readonly WebApplication _app;
    private readonly bool _ownsDatabase;
    private readonly SocketsHttpHandler _connections = new() { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 };

    private BridgeApplication(WebApplication app, TestDatabase database, TestClock clock, bool ownsDatabase) =>
        (_app, Database, Clock, _ownsDatabase) = (app, database, clock, ownsDatabase);

    public TestDatabase Database { get; }

    public TestClock Clock { get; }

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Urls.Single());

    /// <param name="server">Where the database is made.</param>
    /// <param name="routes">Routes of the test's own, in the group of the API.</param>
    public static async Task<BridgeApplication> StartAsync(PostgresServer server, Action<IEndpointRouteBuilder>? routes = null)
    {
        var database = await server.CreateDatabaseAsync();
        return await StartAsync(database, database.DataSource, ownsDatabase: true, routes);
    }

    /// <param name="database">The database.</param>
    /// <param name="way">The way to it that the service takes.</param>
    /// <param name="ownsDatabase">Whether the database ends with it; not with a further replica.</param>
    /// <param name="routes">Routes of the test's own, in the group of the API.</param>
    public static async Task<BridgeApplication> StartAsync(
        TestDatabase database, NpgsqlDataSource way, bool ownsDatabase = true, Action<IEndpointRouteBuilder>? routes = null)
    {
        var clock = new TestClock();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(clock);
        var app = BridgeService.Build(builder, way, AdminKey);
        if (routes is not null) routes(Bridge.Http.HttpServices.MapApi(app));
        await app.Services.GetRequiredService<DatabaseClock>().SynchroniseAsync(TestContext.Current.CancellationToken);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app, database, clock, ownsDatabase);
    }

    /// <summary>A caller with this key, or without one.</summary>
    public TestCaller As(string? key)
    {
        var http = new HttpClient(_connections, disposeHandler: false) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
        if (key is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return new(http);
    }

    public TestCaller AsAdmin() => As(AdminKey);

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

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _connections.Dispose();
        if (_ownsDatabase) await Database.DisposeAsync();
    }
}
