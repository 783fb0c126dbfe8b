using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;
using Npgsql;

namespace Kyy.Bridge.Polling.Budgets;

/// <summary>The budgets of all upstream keys that this process asks with, brought up to date every second.</summary>
internal sealed class LiveBudgets(
    NpgsqlDataSource dataSource, UpstreamKeyRing keys, UpstreamOptions options, ModelCatalogue catalogue, Ids ids, TimeProvider time)
{
    /// <summary>Between two ticks.</summary>
    public static readonly TimeSpan Cadence = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<int, Budget> _budgets = [];
    private readonly Guid _replica = ids.Next();
    private long _opensAt = long.MaxValue;

    /// <summary>The window that pauses and ramps are measured in: the default family's.</summary>
    public PollWindow Window => catalogue.Default.Window;

    /// <summary>In how long this process may begin to ask; zero or less when it may.</summary>
    public TimeSpan OpensIn => _opensAt == long.MaxValue ? Cadence : -time.GetElapsedTime(_opensAt);

    /// <summary>The key and its budget; false where the key is not known here, or not yet.</summary>
    public bool TryFind(Guid key, [NotNullWhen(true)] out KnownUpstreamKey? known, [NotNullWhen(true)] out Budget? budget)
    {
        known = keys.Find(key);
        budget = known is null ? null : Of(known.BudgetId);
        return known is not null;
    }

    /// <summary>Reads keys, pauses, rates and how many workers share them, and says that this one is alive.</summary>
    public async Task TickAsync(CancellationToken cancellation)
    {
        await keys.RefreshAsync(cancellation);
        var readAt = time.GetTimestamp();
        var (replicas, rows) = await BudgetTick.RunAsync(dataSource, _replica, cancellation);
        var limits = keys.All.GroupBy(key => key.BudgetId, key => Math.Min(key.MaxRequestsPerSecond ?? int.MaxValue, options.MaxRequestsPerSecond))
            .ToDictionary(same => same.Key, same => same.Min());
        foreach (var row in rows)
        {
            if (!limits.TryGetValue(row.Id, out var limit)) continue;
            var budget = Of(row.Id);
            // The end of a pause first: how far the rate has grown since is in the share.
            budget.See(row.PausedFor, readAt);
            budget.See(new BudgetShare(limit, replicas, row.Pace, row.SinceThrottled, row.SinceReopened ?? TimeSpan.MaxValue), readAt);
        }

        // The others have to have seen this one before it takes its part of what they have been using.
        if (_opensAt == long.MaxValue)
            _opensAt = time.GetTimestamp() + (long)((replicas > 1 ? 1.5 * Cadence : TimeSpan.Zero).TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>This process asks no more: the others need not wait for its part until it has not been heard of for long enough.</summary>
    public async Task LeaveAsync(CancellationToken cancellation)
    {
        try
        {
            await BudgetTick.LeaveAsync(dataSource, _replica, cancellation);
        }
        catch (NpgsqlException)
        {
            // The row grows old by itself.
        }
    }

    private Budget Of(int id) => _budgets.GetOrAdd(id, _ => new(id, Window, time));
}
