using Kyy.Bridge.Http;
using Kyy.Bridge.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Keys;

/// <summary>The verb <c>keys create --client NAME</c>, for an operator at a terminal who has the database but no admin key.</summary>
internal static class KeysVerb
{
    /// <summary>Makes a key for the client of that name, and the client where there is none. The key is printed this once.</summary>
    /// <returns>The exit code: 0, or 1 where the name is no client's or that of several.</returns>
    public static async Task<int> CreateAsync(
        IServiceProvider services, string client, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        if (TextRules.Line(client, ClientRegistrar.LongestName) is { } fault)
            return await RefuseAsync($"The name of a client {fault}.");

        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BridgeDbContext>();
        await services.GetRequiredService<DatabaseClock>().SynchroniseAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);

        var namesakes = await db.Clients.Where(row => row.Name == client && row.DeletedAt == null).Select(row => row.Id)
            .Take(2).ToListAsync(cancellation);
        if (namesakes.Count > 1)
            return await RefuseAsync("Several clients have that name: use POST /v1/admin/clients/{id}/keys.");

        var registrar = services.GetRequiredService<ClientRegistrar>();
        var key = namesakes is [var known]
            ? (await registrar.IssueKeyAsync(db, known, name: null, expiresAt: null, cancellation)).ApiKey
            : (await registrar.CreateAsync(db, client, mayUseOperatorKey: true, cancellation)).ApiKey;
        await transaction.CommitAsync(cancellation);
        await output.WriteLineAsync(key);
        return 0;

        async Task<int> RefuseAsync(string reason)
        {
            await errors.WriteLineAsync(reason);
            return 1;
        }
    }
}
