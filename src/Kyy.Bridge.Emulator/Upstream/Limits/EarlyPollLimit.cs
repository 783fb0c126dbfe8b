namespace Kyy.Bridge.Emulator.Upstream.Limits;

/// <summary>Refuses a poll that comes too soon after the one before of the same id, and for a while everything else of its key.</summary>
internal sealed record EarlyPollLimit
{
    /// <summary>Below it a poll is early. Of the upstream's own time; all five documents say 30 s at least.</summary>
    public TimeSpan Gap { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long all polls of the key are refused then; of the upstream's own time. Zero refuses the early one alone.</summary>
    public TimeSpan Penalty { get; init; }

    /// <summary>As <see cref="RateLimit.RetryAfter"/>; <c>auto</c> is the rest of the penalty.</summary>
    public string? RetryAfter { get; init; }
}
