using System.Globalization;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Tasks.Timelines;

/// <summary>Tells the facts of a task in the order of time: a pure function of them.</summary>
internal static class Timeline
{
    /// <summary>Entries at most, the latest.</summary>
    public const int Most = 200;

    public static TaskTimeline Of(TimelineFacts facts)
    {
        // Stable: what happened at one moment stays in the order in which one thing follows from the other.
        TimelineEntry[] past = [.. Past(facts).OrderBy(entry => entry.At)];
        return new()
        {
            Id = facts.View.Id,
            TaskId = facts.View.TaskId,
            Status = facts.View.Status,
            Ended = facts.View.Ended,
            Why = Why.Of(facts),
            Past = [.. past.TakeLast(Most)],
            Next = [.. Next(facts).OrderBy(entry => entry.At).Take(Most)],
            // What was read may itself be the latest only.
            Truncated = past.Length > Most || facts.Deliveries.Count >= Most || facts.Attempts.Count >= Most || facts.Events.Count >= Most,
            ClientId = facts.View.ClientId,
        };
    }

    private static IEnumerable<TimelineEntry> Past(TimelineFacts facts) =>
    [
        Entry(facts.Row.RegisteredAt, TimelineKinds.Registered, "Registered."),
        .. Callbacks(facts),
        .. Upstream(facts),
        .. Ends(facts.Row),
        .. facts.Events.Select(OfEvent),
        .. Sent(facts),
    ];

    private static IEnumerable<TimelineEntry> Callbacks(TimelineFacts facts)
    {
        foreach (var callback in facts.Callbacks)
        {
            yield return Entry(callback.AddedAt, TimelineKinds.CallbackAdded, $"A callback to {callback.Host}.") with
            {
                Destination = callback.Host,
            };
            if (callback.DisabledAt is { } at)
            {
                yield return Entry(at, TimelineKinds.CallbackDisabled, $"{callback.Host} answered 410: it gets nothing more.") with
                {
                    Destination = callback.Host,
                };
            }
        }
    }

    private static IEnumerable<TimelineEntry> Upstream(TimelineFacts facts)
    {
        var row = facts.Row;
        if (row.QueuedAt is { } queued) yield return Entry(queued, TimelineKinds.Queued, "The upstream has it in its queue.");
        if (row.ProcessingAt is { } processing) yield return Entry(processing, TimelineKinds.Processing, "The upstream works on it.");
        if (row.LastPolledAt is { } polled)
            yield return Entry(polled, TimelineKinds.Polled, $"The latest poll, number {Number(row.Polls)}.") with { Number = row.Polls };
        if (facts.View.LastFailure is not { } failure) yield break;
        yield return Entry(failure.At, TimelineKinds.Failure, FailureText(failure, row.EndedAt)) with
        {
            StatusCode = failure.StatusCode,
            Error = failure.Kind,
        };
    }

    private static string FailureText(TaskFailure failure, DateTimeOffset? endedAt) => failure switch
    {
        { Kind: "refresh_given_up" } => "No fresh link could be asked for in time: that was given up.",
        _ when failure.At > endedAt => $"A look for a fresh link brought none: {Why.Words(failure)}.",
        _ => $"A poll brought nothing about it: {Why.Words(failure)}.",
    };

    private static IEnumerable<TimelineEntry> Ends(TrackedTask row)
    {
        if (row.EndedAt is { } ended)
        {
            yield return row.Status == TaskStatuses.Stopped
                ? Entry(ended, TimelineKinds.Stopped, "Someone stopped it.")
                : Entry(ended, TimelineKinds.Ended, row.ErrorCode is { } code ? $"Ended as {row.Status} ({code})." : $"Ended as {row.Status}.");
        }

        if (row.SupersededAt is { } superseded)
            yield return Entry(superseded, TimelineKinds.Superseded, "A new task was started in its place.");
        if (row.RefreshRequestedAt is { } requested)
            yield return Entry(requested, TimelineKinds.RefreshRequested, "A fresh link was asked for.");
        if (row.ErasedAt is { } erased) yield return Entry(erased, TimelineKinds.Erased, "What was said about it was removed.");
    }

    private static TimelineEntry OfEvent(EventFacts made) => Entry(made.At, TimelineKinds.Event, $"The event {made.Type}.") with
    {
        EventId = TypeId.Format(TypeId.Event, made.Id),
        EventType = made.Type,
    };

    private static IEnumerable<TimelineEntry> Sent(TimelineFacts facts)
    {
        var deliveries = facts.Deliveries.ToDictionary(delivery => delivery.Id);
        var types = facts.Events.ToDictionary(made => made.Id, made => made.Type);
        // The attempts were read with the latest first.
        foreach (var attempt in facts.Attempts.Reverse())
        {
            var delivery = deliveries[attempt.Delivery];
            var outcome = attempt.StatusCode is { } status ? Number(status) : attempt.Error;
            yield return About(
                delivery, types, attempt.At, TimelineKinds.Attempt,
                $"Attempt {Number(attempt.Number)} to {delivery.To}: {outcome} after {Number(attempt.DurationMs)} ms.") with
            {
                Number = attempt.Number,
                StatusCode = attempt.StatusCode,
                Error = attempt.Error,
                DurationMs = attempt.DurationMs,
            };
        }

        foreach (var delivery in facts.Deliveries.Where(delivery => delivery.EndedAt is not null))
        {
            if (delivery.State == DeliveryState.Dead)
            {
                var dead = About(
                    delivery, types, delivery.EndedAt!.Value, TimelineKinds.DeliveryDead,
                    $"The delivery to {delivery.To} was given up ({delivery.DeadReason}).");
                yield return dead with { Error = delivery.DeadReason };
            }
            else if (delivery.State == DeliveryState.Cancelled)
            {
                yield return About(
                    delivery, types, delivery.EndedAt!.Value, TimelineKinds.DeliveryCancelled,
                    $"The delivery to {delivery.To} was cancelled.");
            }
        }
    }

    private static IEnumerable<TimelineEntry> Next(TimelineFacts facts)
    {
        var (row, types) = (facts.Row, facts.Events.ToDictionary(made => made.Id, made => made.Type));
        if (row.NextPollAt is { } poll)
            yield return Entry(poll, TimelineKinds.Poll, $"Poll {Number(row.Polls + 1)}.") with { Number = row.Polls + 1 };
        if (row.RefreshDueAt is { } refresh)
            yield return Entry(refresh, TimelineKinds.Refresh, "A poll for a fresh link.") with { Number = row.Polls + 1 };
        if (row.EndedAt is null)
            yield return Entry(row.DeadlineAt, TimelineKinds.Deadline, "The deadline: the first poll after it ends the task.");
        foreach (var delivery in facts.Deliveries.Where(delivery => delivery is { CanBeSent: true, LeasedUntil: null }))
        {
            yield return About(
                delivery, types, delivery.AttemptAt!.Value, TimelineKinds.Attempt,
                $"Attempt {Number(delivery.Attempts + 1)} to {delivery.To}.") with
            {
                Number = delivery.Attempts + 1,
            };
        }
    }

    private static TimelineEntry About(
        DeliveryFacts delivery, Dictionary<Guid, string> types, DateTimeOffset at, string kind, string text) => Entry(at, kind, text) with
        {
            EventId = TypeId.Format(TypeId.Event, delivery.Event),
            EventType = types.GetValueOrDefault(delivery.Event),
            DeliveryId = TypeId.Format(TypeId.Delivery, delivery.Id),
            Destination = delivery.To,
        };

    private static TimelineEntry Entry(DateTimeOffset at, string kind, string text) => new() { At = at, Kind = kind, Text = text };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
