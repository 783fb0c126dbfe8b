using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Outcomes;

/// <summary>An event with its final bytes, before it is stored. Its id follows from the task and the type, so that one end never has two.</summary>
internal sealed record NewEvent(Guid Id, Guid Task, string Type, DateTimeOffset At, byte[] Payload, DateTimeOffset? LinkExpiresAt)
{
    /// <summary>The event of a task's end.</summary>
    public static NewEvent Of(Outcome outcome, TaskFacts facts) => Create(
        outcome.Task, outcome.EventType, outcome.EndedAt, outcome.VideoUrlExpiresAt, Describe(facts) with
        {
            Family = outcome.Family,
            Model = outcome.Model ?? facts.Model,
            Status = outcome.Status,
            Ended = true,
            VideoUrl = outcome.VideoUrls.IsEmpty ? null : outcome.VideoUrls[0],
            VideoUrls = outcome.VideoUrls,
            VideoUrlExpiresAt = outcome.VideoUrlExpiresAt,
            ActualDuration = outcome.ActualDuration,
            Error = outcome.Error,
            Warnings = outcome.Warnings,
            UpstreamCreatedAt = outcome.UpstreamCreatedAt ?? facts.UpstreamCreatedAt,
            EndedAt = outcome.EndedAt,
            Sequence = SequenceOf(outcome.EventType),
        });

    /// <summary>The event of a task's coming to be queued or processed.</summary>
    public static NewEvent Of(Reading reading, string type, TaskFacts facts) => Create(
        reading.Task, type, reading.ReadAt, null, Describe(facts) with
        {
            Family = reading.Family,
            Model = reading.Model ?? facts.Model,
            Status = reading.Status,
            UpstreamCreatedAt = reading.UpstreamCreatedAt ?? facts.UpstreamCreatedAt,
            Sequence = SequenceOf(type),
        });

    /// <summary>The event of a fresh link; each of a task's has an id of its own, and comes after its end and after those before.</summary>
    public static NewEvent Of(FreshLink link, TaskFacts facts)
    {
        const string Type = EventTypes.TaskResultRefreshed;
        var made = Create(link.Task, Type, link.ReadAt, link.VideoUrlExpiresAt, Describe(facts) with
        {
            Family = link.Family,
            Model = facts.Model,
            Status = TaskStatuses.Completed,
            Ended = true,
            VideoUrl = link.VideoUrls[0],
            VideoUrls = link.VideoUrls,
            VideoUrlExpiresAt = link.VideoUrlExpiresAt,
            ActualDuration = link.ActualDuration,
            Warnings = link.Warnings,
            UpstreamCreatedAt = facts.UpstreamCreatedAt,
            EndedAt = link.EndedAt,
            Sequence = SequenceOf(Type) + link.Refresh,
        });
        return made with { Id = DerivedId.OfEvent(link.Task, Type, link.Refresh) };
    }

    private static TaskEventData Describe(TaskFacts facts) => new()
    {
        Id = TypeId.Format(TypeId.Task, facts.Id),
        TaskId = facts.TaskId,
        Reference = facts.Reference,
        ServiceTier = facts.ServiceTier,
        Status = TaskStatuses.Registered,
        Ended = false,
        RegisteredAt = facts.RegisteredAt,
        Metadata = facts.Metadata is null ? RawJson.EmptyObject : RawJson.Parse(facts.Metadata),
        Sequence = 0,
    };

    private static NewEvent Create(Guid task, string type, DateTimeOffset at, DateTimeOffset? linkExpiresAt, TaskEventData data)
    {
        var payload = new WebhookEvent(type, at, RawJson.From(data, BridgeJson.Wire.TaskEventData));
        var bytes = JsonSerializer.SerializeToUtf8Bytes(payload, BridgeJson.Wire.WebhookEvent);
        return new(DerivedId.OfEvent(task, type), task, type, at, bytes, linkExpiresAt);
    }

    // Orders the events of a task for receivers that get them in another order.
    private static int SequenceOf(string type) => type switch
    {
        EventTypes.TaskQueued => 1,
        EventTypes.TaskProcessing => 2,
        _ => 3,
    };
}
