using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Tasks;

/// <summary>Shows tasks as the API does: the row, its callbacks, the counts of its deliveries, and what is wrong with its lane.</summary>
internal static class TaskViews
{
    /// <summary>The view of each row, in their order. Three queries, however many rows.</summary>
    public static async Task<IReadOnlyList<BridgeTask>> OfAsync(
        BridgeDbContext db, IReadOnlyList<TrackedTask> rows, bool withClient, CancellationToken cancellation)
    {
        var ids = rows.Select(row => row.Id).ToArray();
        var urls = (await db.TaskCallbacks.Where(callback => ids.Contains(callback.TaskId))
                .OrderBy(callback => callback.CreatedAt).ThenBy(callback => callback.Id)
                .Select(callback => new { callback.TaskId, callback.Url }).ToListAsync(cancellation))
            .ToLookup(callback => callback.TaskId, callback => callback.Url);
        var counts = (await db.Deliveries.Where(delivery => delivery.TaskId != null && ids.Contains(delivery.TaskId.Value))
                .GroupBy(delivery => new { TaskId = delivery.TaskId!.Value, delivery.State })
                .Select(group => new { group.Key.TaskId, group.Key.State, Count = group.Count() }).ToListAsync(cancellation))
            .ToLookup(count => count.TaskId, count => (count.State, count.Count));
        var lanes = await LanesOfAsync(db, rows, cancellation);

        return [.. rows.Select(row => Of(row, LaneOf(row, lanes), [.. urls[row.Id]], counts[row.Id], withClient))];
    }

    /// <summary>The view of a task that was inserted just now: nothing has become of it yet.</summary>
    public static BridgeTask OfNew(TrackedTask row, Polling.Lane? lane, string? callback, bool withClient) =>
        Of(row, lane, callback is null ? [] : [callback], [], withClient);

    private static async Task<List<Polling.Lane>> LanesOfAsync(BridgeDbContext db, IReadOnlyList<TrackedTask> rows, CancellationToken cancellation)
    {
        if (rows.All(row => row.EndedAt is not null)) return [];
        var keys = rows.Select(row => row.UpstreamKeyId).Distinct().ToArray();
        return await db.Lanes.Where(lane => lane.Failures > 0 && keys.Contains(lane.UpstreamKeyId)).ToListAsync(cancellation);
    }

    private static Polling.Lane? LaneOf(TrackedTask row, List<Polling.Lane> failing) => row.EndedAt is not null ? null : failing.Find(lane =>
        lane.UpstreamKeyId == row.UpstreamKeyId && lane.Tier == row.ServiceTier && lane.Family == (row.Family ?? Families.Default));

    private static BridgeTask Of(
        TrackedTask row, Polling.Lane? lane, string[] urls, IEnumerable<(string State, int Count)> counts, bool withClient) => new()
        {
            ClientId = withClient ? TypeId.Format(TypeId.Client, row.ClientId) : null,
            Id = TypeId.Format(TypeId.Task, row.Id),
            TaskId = row.TaskId,
            Reference = row.Reference,
            Family = row.Family,
            Model = row.Model,
            ServiceTier = row.ServiceTier,
            Status = row.Status,
            Ended = row.EndedAt is not null,
            VideoUrl = row.VideoUrls.FirstOrDefault(),
            VideoUrls = row.VideoUrls,
            VideoUrlExpiresAt = row.VideoUrlExpiresAt,
            ActualDuration = row.ActualDuration,
            Error = row.ErrorCode is null ? null : new(row.ErrorCode, row.ErrorMessage),
            Warnings = row.Warnings,
            UpstreamCreatedAt = row.UpstreamCreatedAt,
            RegisteredAt = row.RegisteredAt,
            LastPolledAt = row.LastPolledAt,
            NextPollAt = row.NextPollAt ?? row.RefreshDueAt,
            Polls = row.Polls,
            // The larger and the later of its own and its lane's: an outage is written to the lane, not to a million tasks.
            ConsecutiveFailures = Math.Max(row.ConsecutiveFailures, lane?.Failures ?? 0),
            LastFailure = Later(OwnFailure(row), LaneFailure(lane)),
            EndedAt = row.EndedAt,
            DeadlineAt = row.DeadlineAt,
            CallbackUrls = urls,
            Metadata = row.Metadata is null ? RawJson.EmptyObject : RawJson.Parse(row.Metadata),
            Deliveries = Deliveries([.. counts]),
        };

    private static DeliveryCounts Deliveries((string State, int Count)[] counts)
    {
        return new(
            Of(Bridge.Deliveries.DeliveryState.Pending), Of(Bridge.Deliveries.DeliveryState.Delivered),
            Of(Bridge.Deliveries.DeliveryState.Dead), Of(Bridge.Deliveries.DeliveryState.Cancelled));

        int Of(string state) => counts.Where(count => count.State == state).Sum(count => count.Count);
    }

    private static TaskFailure? OwnFailure(TrackedTask row) => row.LastFailureAt is { } at
        ? new(at, row.LastFailureKind!, row.LastFailureStatus, row.LastFailureDetail)
        : null;

    private static TaskFailure? LaneFailure(Polling.Lane? lane) => lane?.LastFailureAt is { } at
        ? new(at, lane.LastFailureKind!, lane.LastFailureStatus, null)
        : null;

    private static TaskFailure? Later(TaskFailure? one, TaskFailure? other) =>
        one is null || other?.At > one.At ? other ?? one : one;
}
