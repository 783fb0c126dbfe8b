using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Polling.Estimates;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Operators;

/// <summary>Reads for admins what is kept in few rows.</summary>
internal static class StatsQueries
{
    public static async Task<IReadOnlyList<ReplicaStats>> ReplicasAsync(
        BridgeDbContext db, DateTimeOffset now, CancellationToken cancellation)
    {
        var since = now - BudgetTick.AliveFor;
        return await db.Set<Replica>().Where(row => row.SeenAt > since).OrderBy(row => row.StartedAt).ThenBy(row => row.Id)
            .Select(row => new ReplicaStats(row.StartedAt, row.SeenAt)).ToListAsync(cancellation);
    }

    /// <summary>The budgets and their keys by name: neither fingerprint nor anything of a key's value.</summary>
    public static async Task<IReadOnlyList<BudgetStats>> BudgetsAsync(BridgeDbContext db, CancellationToken cancellation)
    {
        var keys = (await (
                from key in db.UpstreamKeys
                where key.BudgetId != null
                join client in db.Clients on key.ClientId equals client.Id into owners
                from owner in owners.DefaultIfEmpty()
                orderby key.ClientId, key.Name
                select new { Budget = key.BudgetId!.Value, key.ClientId, Client = owner == null ? null : owner.Name, key.Name })
            .ToListAsync(cancellation)).ToLookup(key => key.Budget);
        var budgets = await db.UpstreamBudgets.OrderBy(row => row.State == "active").ThenBy(row => row.Id)
            .Select(row => new { row.Id, row.State, row.StateSince, row.Reason, row.StatusCode, row.PausedUntil, row.Pace, row.PaceAt })
            .ToListAsync(cancellation);
        return [.. budgets.Select(row => new BudgetStats(
            row.Id, row.State, row.StateSince, row.Reason, row.StatusCode, row.PausedUntil, row.Pace, row.PaceAt,
            [.. keys[row.Id].Select(key => new BudgetKey(ClientId(key.ClientId), key.Client, key.Name))]))];
    }

    public static Task<List<ModelDurations>> DurationsAsync(BridgeDbContext db, CancellationToken cancellation) =>
        db.ModelDurations.OrderBy(row => row.Model).ThenBy(row => row.Tier).ToListAsync(cancellation);

    private static string? ClientId(Guid? id) => id is { } client ? TypeId.Format(TypeId.Client, client) : null;
}
