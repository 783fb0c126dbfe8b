using Kyy.Bridge.Tests.Faults.Campaign.Planning;

namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

/// <summary>
/// All that is known after a campaign: what was registered, recorded, received and polled, and what was done to the replicas.
/// </summary>
internal sealed record Evidence
{
    public IReadOnlyList<RegisteredTask> Registered { get; init; } = [];

    public IReadOnlyList<StoredTask> Tasks { get; init; } = [];

    public IReadOnlyList<StoredEvent> Events { get; init; } = [];

    public IReadOnlyList<StoredDelivery> Deliveries { get; init; } = [];

    public IReadOnlyList<StoredAttempt> Attempts { get; init; } = [];

    public IReadOnlyList<ReceivedPost> Received { get; init; } = [];

    public IReadOnlyList<SeenPoll> Polls { get; init; } = [];

    public IReadOnlyList<Occurrence> Occurrences { get; init; } = [];

    public IReadOnlyList<Answer> Answers { get; init; } = [];
}

/// <summary>A task that was registered, or that a client tried to register.</summary>
/// <param name="TaskId">The upstream's id.</param>
/// <param name="Status">How it has to end.</param>
/// <param name="Hook">Who is told.</param>
/// <param name="AcceptedAt">When the API said 2xx; null where it never did: then the task may be there or not.</param>
internal sealed record RegisteredTask(string TaskId, string Status, Hook Hook, DateTimeOffset? AcceptedAt);

/// <summary>A task as the database has it in the end.</summary>
internal sealed record StoredTask(Guid Id, string TaskId, string Status, DateTimeOffset RegisteredAt, DateTimeOffset? EndedAt);

/// <summary>An event.</summary>
/// <param name="Id">As receivers see it.</param>
/// <param name="Task">Whose.</param>
/// <param name="Type">Which.</param>
/// <param name="Body">A digest of its bytes.</param>
/// <param name="CommittedAt">When it was committed; null where the server has forgotten.</param>
internal sealed record StoredEvent(string Id, Guid Task, string Type, string Body, DateTimeOffset? CommittedAt);

/// <summary>A delivery as it is in the end.</summary>
internal sealed record StoredDelivery(Guid Id, string Event, Guid Task, string Url, string State, int Attempts, string? DeadReason);

/// <summary>One attempt that was written down.</summary>
internal sealed record StoredAttempt(Guid Delivery, int Number, DateTimeOffset StartedAt, TimeSpan Duration, int? StatusCode, string? Error)
{
    public DateTimeOffset EndedAt => StartedAt + Duration;

    public bool WasAccepted => StatusCode is >= 200 and < 300;
}

/// <summary>A POST as it arrived.</summary>
/// <param name="EventId">Its <c>webhook-id</c>.</param>
/// <param name="TaskId">The upstream's id of the task that it is about.</param>
/// <param name="Type">Of the event.</param>
/// <param name="Hook">Where it came to.</param>
/// <param name="At">When.</param>
/// <param name="Body">A digest of its bytes.</param>
/// <param name="StatusCode">What it was answered; 0 where nothing.</param>
/// <param name="Flaw">What was wrong with its signature; null for nothing.</param>
/// <param name="WasCommitted">Whether others could see its event at that moment; null where the database could not be asked.</param>
internal sealed record ReceivedPost(
    string EventId, string TaskId, string Type, Hook Hook, DateTimeOffset At, string Body, int StatusCode, string? Flaw, bool? WasCommitted)
{
    public bool WasAccepted => StatusCode is >= 200 and < 300;
}

/// <summary>A poll as the upstream saw it.</summary>
/// <param name="TaskId">What was asked about.</param>
/// <param name="At">When it came in.</param>
/// <param name="StatusCode">What it was answered; 0 where nothing.</param>
/// <param name="SentAt">When the answer went out; null where the asker had hung up.</param>
internal sealed record SeenPoll(string TaskId, DateTimeOffset At, int StatusCode, DateTimeOffset? SentAt)
{
    /// <summary>Since the one before.</summary>
    public TimeSpan? Gap { get; init; }

    public bool WasTooEarly { get; init; }

    /// <summary>Whether an answer that ends the task had wholly been sent before.</summary>
    public bool CameAfterTheEnd { get; init; }

    /// <summary>Whether its answer ends the task.</summary>
    public bool Ends { get; init; }

    /// <summary>The word of the fault that answered; null for none.</summary>
    public string? Fault { get; init; }
}

/// <summary>What the API or a probe answered.</summary>
/// <param name="At">When it was asked.</param>
/// <param name="Took">For how long.</param>
/// <param name="What">The route.</param>
/// <param name="Replica">Who.</param>
/// <param name="StatusCode">Null where the connection broke or was refused.</param>
/// <param name="MediaType">Of the answer's body.</param>
internal sealed record Answer(DateTimeOffset At, TimeSpan Took, string What, int Replica, int? StatusCode, string? MediaType)
{
    public DateTimeOffset Until => At + Took;
}
