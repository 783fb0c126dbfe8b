namespace Kyy.Bridge.Tasks;

/// <summary>One task to be tracked, read and found to be in order.</summary>
internal sealed record Registration
{
    public required Guid Client { get; init; }
    public required Guid UpstreamKey { get; init; }

    /// <summary>The upstream's id.</summary>
    public required string TaskId { get; init; }
    public Callback? Callback { get; init; }

    /// <summary>Null leaves it to the model that the upstream reports.</summary>
    public string? Family { get; init; }

    /// <summary>Null leaves it at the default tier.</summary>
    public string? ServiceTier { get; init; }
    public string? Reference { get; init; }

    /// <summary>A JSON object, as the bytes it was sent with.</summary>
    public byte[]? Metadata { get; init; }
    public int? DeadlineSeconds { get; init; }

    /// <summary>The caller's or the family's.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>Whether a task that the bridge gave up on is to be started anew.</summary>
    public bool Restart { get; init; }

    public NaturalKey Key => new(Client, UpstreamKey, TaskId);
}

/// <summary>What makes two registrations the same task.</summary>
internal readonly record struct NaturalKey(Guid Client, Guid UpstreamKey, string TaskId);

/// <summary>Where a task's events go.</summary>
/// <param name="Url">As the caller wrote it.</param>
/// <param name="Host">Its host and port: deliveries are claimed and limited by it.</param>
/// <param name="Events">Which events.</param>
/// <param name="EventsGiven">Whether the caller named them: the default ones differ from nothing.</param>
internal sealed record Callback(string Url, string Host, string[] Events, bool EventsGiven);

/// <summary>What a registration came to. The set is closed.</summary>
internal abstract record RegistrationResult
{
    private RegistrationResult()
    {
    }

    internal sealed record Created(Guid Id) : RegistrationResult
    {
        /// <summary>What the answer to a single registration shows of the task's surroundings; null in a batch.</summary>
        public RegistrationFacts? Facts { get; init; }
    }

    internal sealed record Existing(Guid Id) : RegistrationResult;

    /// <summary>The same task is tracked already, and a member differs.</summary>
    internal sealed record Differs(Guid Id, string Member) : RegistrationResult;

    /// <summary>The upstream key was removed between the reading of the registration and its transaction.</summary>
    internal sealed record KeyRemoved : RegistrationResult;

    /// <summary>The task has as many callbacks as it may have.</summary>
    internal sealed record TooManyCallbacks(Guid Id) : RegistrationResult;
}
