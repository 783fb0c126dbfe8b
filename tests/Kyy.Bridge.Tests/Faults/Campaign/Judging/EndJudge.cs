using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Tests.Faults.Campaign.Planning;

namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

/// <summary>Whether each registered task is there, has ended as it had to, and has its one event and its delivery.</summary>
internal static class EndJudge
{
    public static void Judge(Evidence evidence, Tally tally)
    {
        var stored = evidence.Tasks.ToLookup(task => task.TaskId);
        var events = evidence.Events.ToLookup(one => one.Task);
        var deliveries = evidence.Deliveries.ToLookup(one => one.Event);
        var accepted = evidence.Received.Where(post => post.WasAccepted).Select(post => (post.EventId, post.Hook)).ToHashSet();
        foreach (var task in evidence.Registered)
        {
            tally.Count(task.AcceptedAt is null ? "registered, answer unknown" : "registered");
            StoredTask[] rows = [.. stored[task.TaskId]];
            if (rows is []) Missing(task, tally);
            else if (rows is [var row]) Judge(task, row, [.. events[row.Id]], deliveries, accepted, tally);
            else tally.Break(FindingKind.TwoEvents, task.TaskId, $"is there {rows.Length} times");
        }
    }

    private static void Missing(RegisteredTask task, Tally tally)
    {
        if (task.AcceptedAt is null) tally.Count("never accepted, and not there");
        else tally.Break(FindingKind.Lost, task.TaskId, "was accepted and is not there");
    }

    private static void Judge(
        RegisteredTask task, StoredTask row, StoredEvent[] events, ILookup<string, StoredDelivery> deliveries,
        HashSet<(string EventId, Hook Hook)> accepted, Tally tally)
    {
        if (row.EndedAt is null)
        {
            tally.Break(FindingKind.Lost, task.TaskId, $"has not ended; it is {row.Status}");
            return;
        }

        tally.Count($"ended {row.Status}");
        if (row.Status != task.Status) tally.Break(FindingKind.WronglyEnded, task.TaskId, $"ended {row.Status} instead of {task.Status}");
        StoredEvent[] ends = [.. events.Where(one => IsEnd(one.Type))];
        if (ends is []) tally.Break(FindingKind.Lost, task.TaskId, "ended without an event");
        else if (ends.Length > 1)
            tally.Break(FindingKind.TwoEvents, task.TaskId,
                $"ended once, with events {string.Join(" and ", ends.Select(one => one.Id))}");
        else JudgeDelivery(task, ends[0], [.. deliveries[ends[0].Id]], accepted, tally);
    }

    private static void JudgeDelivery(
        RegisteredTask task, StoredEvent end, StoredDelivery[] deliveries, HashSet<(string EventId, Hook Hook)> accepted, Tally tally)
    {
        if (deliveries is not [var delivery])
        {
            tally.Break(FindingKind.Lost, task.TaskId, $"has {deliveries.Length} deliveries of its end, to one receiver");
            return;
        }

        var wasTold = accepted.Contains((end.Id, task.Hook));
        tally.Count($"deliveries {delivery.State}");
        if (task.Hook.Accepts() && !wasTold)
            tally.Break(FindingKind.Lost, task.TaskId,
                $"its receiver has accepted nothing; the delivery is {delivery.State} after {delivery.Attempts} attempts");
        else if (task.Hook.Accepts() && delivery.State != DeliveryStates.Delivered)
            tally.Break(FindingKind.Lost, task.TaskId,
                $"its receiver has accepted it, and the delivery is {delivery.State} ({delivery.DeadReason})");
        else if (!task.Hook.Accepts() && delivery.State != DeliveryStates.Dead)
            tally.Break(FindingKind.Lost, task.TaskId, $"its receiver accepts nothing, and the delivery is {delivery.State}");
    }

    private static bool IsEnd(string type) => type is not (EventTypes.TaskQueued or EventTypes.TaskProcessing);
}
