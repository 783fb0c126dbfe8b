namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>One request for one id, as the upstream saw it.</summary>
internal sealed class Poll
{
    /// <summary>From 1, the number of polls of this id with the right key, this one included. What scripts count by.</summary>
    public required int Number { get; init; }

    /// <summary>When it came in, since the emulator's start.</summary>
    public required TimeSpan At { get; init; }

    /// <summary>Since the poll before came in; null for the first.</summary>
    public required TimeSpan? Gap { get; init; }

    /// <summary>Since an answer that ends the task was wholly sent; null where none had been.</summary>
    public required TimeSpan? SinceEnd { get; init; }

    public required Violation Violations { get; init; }

    /// <summary>The answer's code; 0 until it is decided.</summary>
    public int StatusCode { get; set; }

    /// <summary>The word of the fault that answered; null for none.</summary>
    public string? Fault { get; set; }

    /// <summary>What was said of the task; null for any other answer.</summary>
    public EmulatedStatus? Status { get; set; }

    /// <summary>When its answer went out, since the emulator's start; null before, and for good where the asker hung up.</summary>
    public TimeSpan? SentAt { get; set; }
}
