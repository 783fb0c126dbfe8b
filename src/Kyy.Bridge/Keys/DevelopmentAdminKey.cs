using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Keys;

/// <summary>The admin key of a developer's machine, made at the first start so that nothing has to be configured.</summary>
internal static class DevelopmentAdminKey
{
    private const string Name = "development";

    private const string ExistsSql = "select exists (select from bridge.api_keys where client_id is null)";

    /// <summary>
    /// Makes an admin key where there has never been one, and returns its text, for the terminal and never for the log. Null where
    /// there is one: only its hash is known, and a revoked one was revoked on purpose.
    /// </summary>
    /// <remarks>To be run as a first step of the migration, under its lock: two processes that start together make one key.</remarks>
    public static async Task<string?> CreateAsync(IServiceProvider services, CancellationToken cancellation)
    {
        // Not by EF: every start looks, and only the first one has a use for its model.
        await using var look = services.GetRequiredService<NpgsqlDataSource>().CreateCommand(ExistsSql);
        if (await look.ExecuteScalarAsync(cancellation) is true) return null;

        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BridgeDbContext>();
        await services.GetRequiredService<DatabaseClock>().SynchroniseAsync(cancellation);
        var registrar = services.GetRequiredService<ClientRegistrar>();
        return (await registrar.IssueKeyAsync(db, client: null, Name, expiresAt: null, cancellation)).ApiKey;
    }
}
