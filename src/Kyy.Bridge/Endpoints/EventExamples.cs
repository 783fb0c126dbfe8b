using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Persistence;

namespace Kyy.Bridge.Endpoints;

/// <summary>An example of each event, with the very members that the real ones have: what a receiver is tested with.</summary>
internal static class EventExamples
{
    private const string VideoUrl = "https://cdn.example.com/videos/example.mp4";

    /// <summary>The bytes of an example.</summary>
    /// <param name="type">One of <see cref="EventTypes"/>.</param>
    /// <param name="id">Any id, for whatever the event is about.</param>
    /// <param name="endpoint">The endpoint that it is sent to: events of endpoints are about it.</param>
    /// <param name="failingSince">The endpoint's first failure since its last success.</param>
    /// <param name="now">The time of the event.</param>
    public static byte[] Of(string type, Guid id, WebhookEndpoint endpoint, DateTimeOffset? failingSince, DateTimeOffset now)
    {
        var data = type switch
        {
            EventTypes.EndpointPing => RawJson.From(Endpoint(endpoint, failingSince), BridgeJson.Wire.EndpointEventData),
            EventTypes.EndpointDisabled => RawJson.From(Disabled(endpoint, now), BridgeJson.Wire.EndpointEventData),
            EventTypes.UpstreamKeyRejected or EventTypes.UpstreamKeyRestored =>
                RawJson.From(UpstreamKey(type, endpoint.ClientId, now), BridgeJson.Wire.UpstreamKeyEventData),
            _ => RawJson.From(Task(type, id, now), BridgeJson.Wire.TaskEventData),
        };
        return JsonSerializer.SerializeToUtf8Bytes(new WebhookEvent(type, now, data), BridgeJson.Wire.WebhookEvent);
    }

    private static EndpointEventData Endpoint(WebhookEndpoint endpoint, DateTimeOffset? failingSince) => new()
    {
        Id = TypeId.Format(TypeId.Endpoint, endpoint.Id),
        Url = DisabledEndpoint.Shown(endpoint.Url),
        Status = endpoint.Status,
        DisabledReason = endpoint.DisabledReason,
        FailingSince = failingSince,
        DisabledAt = endpoint.DisabledAt,
        ClientId = TypeId.Format(TypeId.Client, endpoint.ClientId),
    };

    private static EndpointEventData Disabled(WebhookEndpoint endpoint, DateTimeOffset now) => Endpoint(endpoint, now.AddDays(-5)) with
    {
        Status = WebhookEndpoint.Disabled,
        DisabledReason = EndpointDisabledReasons.Failing,
        DisabledAt = now,
    };

    private static UpstreamKeyEventData UpstreamKey(string type, Guid client, DateTimeOffset now) => new()
    {
        Name = "default",
        State = type is EventTypes.UpstreamKeyRejected ? UpstreamKeyStates.Rejected : UpstreamKeyStates.Active,
        Since = now,
        StatusCode = type is EventTypes.UpstreamKeyRejected ? StatusCodes.Status401Unauthorized : null,
        BaseUrl = "https://upstream.example.com",
        ClientId = TypeId.Format(TypeId.Client, client),
    };

    private static TaskEventData Task(string type, Guid id, DateTimeOffset now)
    {
        var task = Begun(id, now);
        return type switch
        {
            EventTypes.TaskQueued => task with { Status = TaskStatuses.Queued, Sequence = 1 },
            EventTypes.TaskProcessing => task with { Status = TaskStatuses.Processing, Sequence = 2 },
            EventTypes.TaskCompleted => Completed(task, now),
            EventTypes.TaskResultRefreshed => Completed(task, now) with { Sequence = 4 },
            EventTypes.TaskArchived => Completed(task, now) with { Sequence = 4, Archive = Archive(now) },
            EventTypes.TaskCompletedWithoutUrl => Ended(task, TaskStatuses.CompletedWithoutUrl, TaskErrorCodes.NoUrl, null, now),
            EventTypes.TaskFailed => Ended(task, TaskStatuses.Failed, TaskErrorCodes.UpstreamFailed, "The prompt was refused.", now),
            EventTypes.TaskCancelled => Ended(task, TaskStatuses.Cancelled, TaskErrorCodes.UpstreamCancelled, null, now),
            EventTypes.TaskExpired => Ended(task, TaskStatuses.Expired, TaskErrorCodes.UpstreamExpired, null, now),
            EventTypes.TaskLost => Ended(task, TaskStatuses.Lost, TaskErrorCodes.UpstreamNotFound, null, now),
            EventTypes.TaskTimedOut => Ended(task, TaskStatuses.TimedOut, TaskErrorCodes.Deadline, null, now),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There is no example of it."),
        };
    }

    private static TaskEventData Begun(Guid id, DateTimeOffset now) => new()
    {
        Id = TypeId.Format(TypeId.Task, id),
        TaskId = "video_example",
        Reference = "example",
        Family = Families.Seedance15,
        Model = "seedance_1_5_pro_720p",
        ServiceTier = ServiceTiers.Default,
        Status = TaskStatuses.Registered,
        Ended = false,
        UpstreamCreatedAt = now.AddMinutes(-4),
        RegisteredAt = now.AddMinutes(-4),
        Sequence = 0,
        Metadata = RawJson.Parse("""{"example":true}"""),
    };

    private static TaskEventData Completed(TaskEventData task, DateTimeOffset now) => task with
    {
        Status = TaskStatuses.Completed,
        Ended = true,
        VideoUrl = VideoUrl,
        VideoUrls = [VideoUrl],
        VideoUrlExpiresAt = task.UpstreamCreatedAt!.Value.AddDays(1),
        ActualDuration = 5.0m,
        EndedAt = now,
        Sequence = 3,
    };

    private static TaskEventData Ended(TaskEventData task, string status, string code, string? message, DateTimeOffset now) =>
        task with { Status = status, Ended = true, Error = new(code, message), EndedAt = now, Sequence = 3 };

    private static TaskArchive Archive(DateTimeOffset now) => new(
        "stored", 5_242_880, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("example"u8)),
        "https://archive.example.com/videos/example.mp4", now.AddDays(30));
}
