using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Kyy.Bridge;

/// <summary>Puts the service together, for <c>Program.cs</c> and for the tests, which host the same one.</summary>
internal static class BridgeService
{
    /// <param name="builder">With configuration, logging and addresses in place.</param>
    /// <param name="dataSource">The database.</param>
    /// <param name="adminKey">The bootstrap admin key; null for none.</param>
    public static WebApplication Build(WebApplicationBuilder builder, NpgsqlDataSource dataSource, string? adminKey)
    {
        AddServices(builder.Services, dataSource, adminKey);
        var app = builder.Build();
        app.UseHttpApi();
        app.MapHealth();
        app.MapApiDescription();
        var api = app.MapApi();
        api.MapClients();
        api.MapKeys();
        api.MapSigningSecrets();
        return app;
    }

    /// <summary>Brings the database up to date and makes what has to be there once.</summary>
    public static Task MigrateAsync(IServiceProvider services, CancellationToken cancellation) =>
        services.GetRequiredService<Migrator>().MigrateAsync(
            locked => DataProtectionRing.CreateFirstKeyAsync(services, locked), cancellation);

    private static void AddServices(IServiceCollection services, NpgsqlDataSource dataSource, string? adminKey)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddPersistence(dataSource);
        DataProtectionRing.Add(services);
        services.AddKeys(adminKey);
        services.AddHttpApi();
    }
}
