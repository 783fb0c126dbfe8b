using Kyy.Bridge.Deliveries;
using Npgsql;

namespace Kyy.Bridge.Endpoints;

/// <summary>One step of a replay, in one transaction with the position that it goes on from.</summary>
internal static class ReplayStep
{
    // Soon: what waits at a destination is gone in a moment where it answers. Seldom, where nothing of it went: it is slow, limited or
    // held, for hours perhaps. Later, where only somebody's call changes anything.
    private static readonly TimeSpan
        Soon = TimeSpan.FromMilliseconds(200), Seldom = TimeSpan.FromSeconds(1), Later = TimeSpan.FromSeconds(5);

    // Not waited for: whoever deletes an endpoint and cancels its replays holds its row and wants this one. A later change of it waits for the step.
    private const string EndpointSql = "select deleted_at is not null, status from bridge.endpoints where id = $1 for share skip locked";

    // In one go and in id order, before any delivery: as everybody who locks tasks and deliveries.
    private const string TasksSql = """
        select from bridge.tasks
        where id in (
            select task_id from bridge.events where id = any ($1) union select task_id from bridge.deliveries where id = any ($2))
        order by id
        for share
        """;

    public static async Task<ReplayProgress> RunAsync(NpgsqlConnection connection, OpenReplay replay, CancellationToken cancellation)
    {
        if (replay.EndpointId is { } endpoint && await HinderedAsync(connection, replay, endpoint, cancellation) is { } hindered)
            return hindered;

        var ofEvents = replay.Kind is Replay.Missing or Replay.All;
        var page = ofEvents
            ? await ReplayEvents.ReadAsync(connection, replay, replay.EndpointId!.Value, cancellation)
            : await ReplayDeliveries.ReadAsync(connection, replay, cancellation);
        var wanted = page.Where(row => row.Act is not ReplayAct.Nothing).Select(row => row.Destination);
        var room = await ReplayRoom.ReadAsync(connection, wanted, passesFailing: replay.EndpointId is null, cancellation);
        var taken = page.Take(ReplayCandidate.Fitting(page, room)).ToArray();
        var queued = await QueueAsync(connection, replay, taken, cancellation);

        var moved = taken is [.., var last]
            ? replay with { PositionAt = last.At, PositionId = last.Id, PositionXid = replay.SecondPass ? last.Xid : replay.PositionXid }
            : replay;
        var progress = new ReplayProgress(moved, Replay.Running, TimeSpan.Zero, taken.Count(row => row.Counts && !replay.SecondPass), queued);
        if (taken.Length < page.Count) return progress with { Wait = taken.Length > 0 ? Soon : Seldom };
        if (page.Count == (ofEvents ? ReplayEvents.Page : ReplayDeliveries.Page)) return progress;
        if (!ofEvents || replay.SecondPass) return progress with { Status = Replay.Completed, Wait = null };
        return await ReplayWriters.AreUnderWayAsync(connection, replay.StartedAt, cancellation)
            ? progress with { Wait = Soon }
            : progress with { At = moved with { SecondPass = true, PositionId = Guid.Empty } };
    }

    private static async Task<ReplayProgress?> HinderedAsync(
        NpgsqlConnection connection, OpenReplay replay, Guid endpoint, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(EndpointSql, connection) { Parameters = { new() { Value = endpoint } } };
        await using var row = await command.ExecuteReaderAsync(cancellation);
        if (!await row.ReadAsync(cancellation)) return new(replay, Replay.Running, Soon);
        if (row.GetBoolean(0)) return new(replay, Replay.Cancelled, null);
        return row.GetString(1) == WebhookEndpoint.Enabled ? null : new(replay, Replay.Running, Later);
    }

    private static async Task<int> QueueAsync(
        NpgsqlConnection connection, OpenReplay replay, ReplayCandidate[] taken, CancellationToken cancellation)
    {
        var targets = taken.ToLookup(row => row.Act, row => row.Target);
        Guid[] events = [.. targets[ReplayAct.Make]], deliveries = [.. targets[ReplayAct.Again]];
        if (events.Length + deliveries.Length == 0) return 0;

        await using var locking = new NpgsqlCommand(TasksSql, connection) { Parameters = { new() { Value = events }, new() { Value = deliveries } } };
        await locking.ExecuteNonQueryAsync(cancellation);
        var made = events.Length == 0 ? 0 : await ReplayEvents.MakeAsync(connection, events, replay.EndpointId!.Value, cancellation);
        return made + await Redeliver.RunAsync(connection, deliveries, StatesOf(replay), cancellation);
    }

    private static string[] StatesOf(OpenReplay replay) => replay.Kind is Replay.Missing or Replay.All
        ? [DeliveryState.Dead, DeliveryState.Delivered]
        : [ReplayDeliveries.StateOf(replay)];
}
