using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Operators;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Tasks.Timelines;

/// <summary>Reads what a timeline tells: a few bounded queries, each by a key or by an index of the task's rows.</summary>
internal static class TimelineQueries
{
    // Of each kind: as many as a timeline shows altogether.
    private const int Most = Timeline.Most;

    // The condition that the claims go by, so that a timeline never says something else.
    private const string PollingHeldSql = $"""
        select {PollingHolds.HeldSince} as "Value"
        from (select {"{0}"}::uuid as client, coalesce(k.base_url, {"{1}"}) as url from bridge.upstream_keys k where k.id = {"{2}"}) who
        """;

    public static async Task<TimelineFacts?> ReadAsync(
        BridgeDbContext db, Caller caller, string id, ModelCatalogue catalogue, UpstreamOptions options, DateTimeOffset now,
        CancellationToken cancellation)
    {
        if (await TaskQueries.FindRowAsync(db, caller, id, cancellation) is not { } row) return null;
        var holds = await db.Holds.Where(hold => hold.What == HoldKinds.Deliveries && (hold.ClientId == null || hold.ClientId == row.ClientId))
            .ToListAsync(cancellation);
        var deliveries = await DeliveriesAsync(db, row.Id, holds, cancellation);
        return new()
        {
            Now = now,
            Row = row,
            View = (await TaskViews.OfAsync(db, [row], caller.IsAdmin, cancellation))[0],
            Window = catalogue.Of(row.Family).WindowFor(row.ServiceTier == ServiceTiers.Flex),
            Key = await KeyAsync(db, row.UpstreamKeyId, cancellation),
            PollingHeldSince = await PollingHeldSinceAsync(db, row, UpstreamOptions.Normal(options.BaseUrl), cancellation),
            Callbacks = await CallbacksAsync(db, row.Id, cancellation),
            Events = await db.Events.Where(e => e.TaskId == row.Id).OrderByDescending(e => e.CreatedAt).Take(Most)
                .Select(e => new EventFacts(e.Id, e.Type, e.CreatedAt)).ToListAsync(cancellation),
            Deliveries = deliveries,
            Attempts = await AttemptsAsync(db, [.. deliveries.Select(delivery => delivery.Id)], cancellation),
        };
    }

    private static Task<DateTimeOffset?> PollingHeldSinceAsync(
        BridgeDbContext db, TrackedTask row, string operatorsUrl, CancellationToken cancellation) =>
        db.Database.SqlQueryRaw<DateTimeOffset?>(PollingHeldSql, row.ClientId, operatorsUrl, row.UpstreamKeyId)
            .SingleOrDefaultAsync(cancellation);

    private static Task<KeyFacts> KeyAsync(BridgeDbContext db, Guid key, CancellationToken cancellation) => (
        from k in db.UpstreamKeys
        where k.Id == key
        join b in db.UpstreamBudgets on k.BudgetId equals (int?)b.Id into budgets
        from b in budgets.DefaultIfEmpty()
        select new KeyFacts(
            k.Name, b == null ? UpstreamKeyStates.Active : b.State, b == null ? k.CreatedAt : b.StateSince,
            b == null ? null : b.Reason, b == null ? null : b.PausedUntil, k.ClientId != null && k.Ciphertext == null))
        .SingleAsync(cancellation);

    private static Task<List<CallbackFacts>> CallbacksAsync(BridgeDbContext db, Guid task, CancellationToken cancellation) => (
        from callback in db.TaskCallbacks
        where callback.TaskId == task
        join to in db.Destinations on callback.Destination equals to.Id
        orderby callback.CreatedAt
        select new CallbackFacts(to.Host, callback.CreatedAt, callback.DisabledAt)).Take(Most).ToListAsync(cancellation);

    private static async Task<List<DeliveryFacts>> DeliveriesAsync(
        BridgeDbContext db, Guid task, List<Hold> holds, CancellationToken cancellation)
    {
        var rows = await (
            from delivery in db.Deliveries
            where delivery.TaskId == task
            join to in db.Destinations on delivery.Destination equals to.Id
            join endpoint in db.Endpoints on delivery.EndpointId equals (Guid?)endpoint.Id into endpoints
            from endpoint in endpoints.DefaultIfEmpty()
            orderby delivery.CreatedAt descending, delivery.Id descending
            select new
            {
                Delivery = delivery,
                To = to.Host,
                to.SlowUntil,
                Host = endpoint == null ? to.Host : endpoint.Host,
                DisabledAt = endpoint == null ? null : endpoint.DisabledAt,
                DisabledReason = endpoint == null ? null : endpoint.DisabledReason,
            }).Take(Most).ToListAsync(cancellation);
        return rows.ConvertAll(row => new DeliveryFacts
        {
            Id = row.Delivery.Id,
            Event = row.Delivery.EventId,
            To = row.To,
            State = row.Delivery.State,
            Attempts = row.Delivery.Attempts,
            NextAttemptAt = row.Delivery.NextAttemptAt,
            LeasedUntil = row.Delivery.LeasedUntil,
            EndedAt = row.Delivery.EndedAt,
            DeadReason = row.Delivery.DeadReason,
            DisabledSince = row.DisabledAt,
            DisabledReason = row.DisabledReason,
            HeldSince = Earliest(holds.Where(hold => hold.CoversDestination(row.Host))),
            SlowUntil = row.SlowUntil,
        });
    }

    private static Task<List<AttemptFacts>> AttemptsAsync(BridgeDbContext db, Guid[] deliveries, CancellationToken cancellation) =>
        db.DeliveryAttempts.Where(attempt => deliveries.Contains(attempt.DeliveryId))
            .OrderByDescending(attempt => attempt.StartedAt).ThenByDescending(attempt => attempt.Number).Take(Most)
            .Select(attempt => new AttemptFacts(
                attempt.DeliveryId, attempt.Number, attempt.StartedAt, attempt.DurationMs, attempt.StatusCode, attempt.Error))
            .ToListAsync(cancellation);

    private static DateTimeOffset? Earliest(IEnumerable<Hold> holds) => holds.Select(hold => (DateTimeOffset?)hold.CreatedAt).Min();
}
