using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kyy.Bridge.Persistence;

/// <summary>One data source for everything: EF's contexts and the hand-written statements share its pool and its prepared statements.</summary>
internal static class PersistenceServices
{
    public static IServiceCollection AddPersistence(this IServiceCollection services, NpgsqlDataSource dataSource)
    {
        services.AddSingleton(dataSource);
        services.AddDbContextFactory<BridgeDbContext>(options => Configure(options, dataSource));
        services.AddSingleton<Ids>();
        services.AddSingleton<Migrator>();
        services.AddSingleton<DatabaseClock>();
        return services;
    }

    public static DbContextOptionsBuilder Configure(DbContextOptionsBuilder options, NpgsqlDataSource dataSource) => options
        .UseNpgsql(dataSource, npgsql => npgsql.MigrationsHistoryTable(BridgeDbContext.MigrationsTable, BridgeDbContext.Schema))
        .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking);
}
