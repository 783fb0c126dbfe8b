using Kyy.Bridge.Configuration;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Events;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Limits;
using Kyy.Bridge.Maintenance;
using Kyy.Bridge.Operators;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Scheduling;
using Kyy.Bridge.Secrets;
using Kyy.Bridge.Tasks;
using Kyy.Bridge.Tasks.Concerns;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Kyy.Bridge;

/// <summary>Puts the service together, for <c>Program.cs</c> and for the tests, which host the same one.</summary>
internal static class BridgeService
{
    /// <param name="builder">With configuration, logging and addresses in place.</param>
    /// <param name="settings">What was configured.</param>
    /// <param name="dataSource">The database.</param>
    public static WebApplication Build(WebApplicationBuilder builder, BridgeSettings settings, NpgsqlDataSource dataSource)
    {
        AddServices(builder.Services, settings, dataSource);
        var app = builder.Build();
        app.UseHttpApi(settings.Http);
        app.MapHealth();
        if (settings.Roles.Api) MapRoutes(app);
        if (settings.Roles.Console) settings.Scheduling.Engine.MapPages(app, settings);
        return app;
    }

    /// <summary>Brings the database up to date and makes what has to be there once.</summary>
    /// <param name="services">The service's.</param>
    /// <param name="firstSteps">More that happens once, under the same lock; null for nothing.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task MigrateAsync(
        IServiceProvider services, Func<CancellationToken, Task>? firstSteps, CancellationToken cancellation) =>
        services.GetRequiredService<Migrator>().MigrateAsync(
            async locked =>
            {
                await services.GetRequiredService<RingKeys>().CreateAsync(locked);
                await services.GetRequiredService<KeyFingerprint>().CreateSecretAsync(locked);
                await services.GetRequiredService<FeedNumbering>().EnsureAsync(locked);
                if (firstSteps is not null) await firstSteps(locked);
            },
            cancellation);

    private static void AddServices(IServiceCollection services, BridgeSettings settings, NpgsqlDataSource dataSource)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.ShutdownTimeout);
        services.AddPersistence(dataSource);
        services.AddKeyRing(settings.Secrets);
        services.AddKeys(settings.Auth.AdminKey?.Reveal());
        services.AddUpstream(settings.Upstream, new ModelCatalogue(settings.Families), DatabaseTime);
        services.AddOutcomes();
        services.AddEvents();
        services.AddDeliveries(settings.Delivery, settings.Callbacks);
        services.AddEndpoints();
        services.AddReplays();
        services.AddPolling(settings.Families);
        services.AddTasks(settings.Limits);
        services.AddClientLimits();
        services.AddMaintenance(settings.Retention);
        services.AddHttpApi(settings.Http);
        services.AddSingleton<HoldStore>();
        // Last, so that it is stopped first: what it drains needs all of the others.
        services.AddScheduling(settings.Scheduling, settings.Roles.Worker);
    }

    // A machine's own may be minutes off, and a wait that an answer gives as a date would be shorter by that.
    private static Func<DateTimeOffset> DatabaseTime(IServiceProvider services)
    {
        var clock = services.GetRequiredService<DatabaseClock>();
        return () => clock.Now;
    }

    private static void MapRoutes(WebApplication app)
    {
        app.MapApiDescription();
        var api = app.MapApi();
        api.MapTasks();
        api.MapAttention();
        api.MapEvents();
        api.MapDeliveries();
        api.MapReplays();
        api.MapSigningSecrets();
        api.MapEndpoints();
        api.MapUpstreamKeys();
        api.MapClients();
        api.MapKeys();
        api.MapStats();
        api.MapMe();
        api.MapHolds();
    }
}
