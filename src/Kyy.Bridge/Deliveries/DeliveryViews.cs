using System.Text;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Deliveries;

/// <summary>Shows deliveries as the API does: the row, its event's type, and its attempts.</summary>
internal static class DeliveryViews
{
    /// <summary>The view of each row, in their order, with the last attempt of each. Two queries, however many rows.</summary>
    public static async Task<IReadOnlyList<BridgeDelivery>> OfAsync(
        BridgeDbContext db, IReadOnlyList<Delivery> rows, bool withClient, CancellationToken cancellation)
    {
        var ids = rows.Select(row => row.Id).ToArray();
        var events = rows.Select(row => row.EventId).Distinct().ToArray();
        var types = await db.Events.Where(row => events.Contains(row.Id)).Select(row => new { row.Id, row.Type })
            .ToDictionaryAsync(row => row.Id, row => row.Type, cancellation);
        var last = await db.DeliveryAttempts.AsNoTracking().Where(attempt => ids.Contains(attempt.DeliveryId))
            .GroupBy(attempt => attempt.DeliveryId).Select(same => same.OrderByDescending(attempt => attempt.Number).First())
            .ToDictionaryAsync(attempt => attempt.DeliveryId, cancellation);
        // One that was removed for its age between the two looks is shown without its event's type.
        return [.. rows.Select(row => Of(row, types.GetValueOrDefault(row.EventId, ""), last.GetValueOrDefault(row.Id), withClient))];
    }

    /// <summary>The view of one row with all its attempts, the first one first.</summary>
    public static async Task<BridgeDelivery> WithAttemptsAsync(BridgeDbContext db, Delivery row, bool withClient, CancellationToken cancellation)
    {
        var type = await db.Events.Where(made => made.Id == row.EventId).Select(made => made.Type).SingleOrDefaultAsync(cancellation);
        var attempts = await db.DeliveryAttempts.AsNoTracking().Where(attempt => attempt.DeliveryId == row.Id)
            .OrderBy(attempt => attempt.Number).ToListAsync(cancellation);
        return Of(row, type ?? "", attempts.LastOrDefault(), withClient) with { Attempts = [.. attempts.Select(Of)] };
    }

    private static BridgeDelivery Of(Delivery row, string eventType, DeliveryAttempt? last, bool withClient) => new()
    {
        ClientId = withClient ? TypeId.Format(TypeId.Client, row.ClientId) : null,
        Id = TypeId.Format(TypeId.Delivery, row.Id),
        EventId = TypeId.Format(TypeId.Event, row.EventId),
        EventType = eventType,
        Task = row.TaskId is { } task ? TypeId.Format(TypeId.Task, task) : null,
        Endpoint = row.EndpointId is { } endpoint ? TypeId.Format(TypeId.Endpoint, endpoint) : null,
        Url = row.Url,
        State = row.State,
        DeadReason = row.DeadReason,
        AttemptCount = row.Attempts,
        CreatedAt = row.CreatedAt,
        NextAttemptAt = row.NextAttemptAt,
        EndedAt = row.EndedAt,
        LastAttempt = last is null ? null : Of(last),
    };

    private static BridgeDeliveryAttempt Of(DeliveryAttempt attempt) => new()
    {
        Number = attempt.Number,
        StartedAt = attempt.StartedAt,
        DurationMs = attempt.DurationMs,
        StatusCode = attempt.StatusCode,
        Error = attempt.Error,
        // As text whatever it is: what is not UTF-8 is for people to see that it is not.
        ResponseBody = attempt.ResponseBody is { } body ? Encoding.UTF8.GetString(body) : null,
    };
}
