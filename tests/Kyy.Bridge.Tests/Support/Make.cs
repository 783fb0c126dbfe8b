using Kyy.Bridge.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Kyy.Bridge.Tests.Support;

/// <summary>Makes parts of the service that take more than a line to make.</summary>
internal static class Make
{
    public static Migrator Migrator(NpgsqlDataSource dataSource) => new(dataSource, Contexts(dataSource), NullLogger<Migrator>.Instance);

    public static IDbContextFactory<BridgeDbContext> Contexts(NpgsqlDataSource dataSource) => new ServiceCollection()
        .AddDbContextFactory<BridgeDbContext>(options => PersistenceServices.Configure(options, dataSource))
        .BuildServiceProvider()
        .GetRequiredService<IDbContextFactory<BridgeDbContext>>();
}
