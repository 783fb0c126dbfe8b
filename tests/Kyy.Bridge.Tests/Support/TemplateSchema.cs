using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kyy.Bridge.Tests.Support;

/// <summary>What every test database begins with: the schema, and the first key of the ring, as after a real first start.</summary>
internal static class TemplateSchema
{
    [ModuleInitializer]
    internal static void Use() => PostgresServer.Migrate = async connection =>
    {
        await using var dataSource = NpgsqlDataSource.Create(connection);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var service = BridgeService.Build(builder, dataSource, adminKey: null);
        await BridgeService.MigrateAsync(service.Services, CancellationToken.None);
    };
}
