namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>
/// When the upstream misbehaves, and how. All conditions hold together; what is not given holds always. Durations are of the
/// upstream's own time, before <see cref="EmulatorOptions.TimeScale"/>. Also an item of <c>/control/faults</c> and of scenario files.
/// </summary>
internal sealed record FaultRule
{
    public required Fault Does { get; init; }

    /// <summary>To remove it by.</summary>
    public string? Name { get; init; }

    /// <summary>An id, or a pattern in which <c>*</c> stands for any characters.</summary>
    public string Id { get; init; } = "*";

    public EmulatedFamily? Family { get; init; }

    public ServiceTier? Tier { get; init; }

    /// <summary>Only polls by this key.</summary>
    public string? Key { get; init; }

    /// <summary>The first poll of each id, from 1; <see cref="Poll.Number"/>.</summary>
    public int FromPoll { get; init; } = 1;

    /// <summary>The last poll of each id; null is no last one.</summary>
    public int? ToPoll { get; init; }

    /// <summary>2 is every second poll of each id, beginning with <see cref="FromPoll"/>.</summary>
    public int Every { get; init; } = 1;

    /// <summary>The first poll of the key, whatever the ids; from 1.</summary>
    public int FromCall { get; init; } = 1;

    public int? ToCall { get; init; }

    /// <summary>From 0 to 1. It depends on nothing but the seed, the rule's place, the id and the number of the poll.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>Default: <see cref="EmulatorOptions.Seed"/>.</summary>
    public int? Seed { get; init; }

    /// <summary>When it begins, from when the rule was added.</summary>
    public TimeSpan From { get; init; }

    /// <summary>How long it lasts; null is for ever.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>Only tasks whose creation is less long ago.</summary>
    public TimeSpan? YoungerThan { get; init; }

    /// <summary>Only tasks whose creation is at least so long ago.</summary>
    public TimeSpan? OlderThan { get; init; }

    private bool ConcernsPolls =>
        this != new FaultRule { Does = Does, Name = Name, Probability = Probability, Seed = Seed, From = From, For = For };

    /// <exception cref="ArgumentException">It could never hold, or its fault cannot be done.</exception>
    public void Check()
    {
        if (Id is "") throw new ArgumentException("'id' is not empty.");
        if (FromPoll < 1 || ToPoll < FromPoll) throw new ArgumentException("'from_poll' is at least 1, and 'to_poll' not below it.");
        if (FromCall < 1 || ToCall < FromCall) throw new ArgumentException("'from_call' is at least 1, and 'to_call' not below it.");
        if (Every < 1) throw new ArgumentException("'every' is at least 1.");
        if (Probability is not (>= 0 and <= 1)) throw new ArgumentException("'probability' is from 0 to 1.");
        if (From < TimeSpan.Zero || For <= TimeSpan.Zero)
            throw new ArgumentException("'from' is not negative, and 'for' longer than nothing.");
        if (Does.AtAccept && ConcernsPolls)
            throw new ArgumentException("A connection has no id and no poll: only 'probability', 'from' and 'for' apply.");
        Does.Check();
    }
}
