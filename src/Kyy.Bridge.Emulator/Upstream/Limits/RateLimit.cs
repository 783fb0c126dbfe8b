namespace Kyy.Bridge.Emulator.Upstream.Limits;

/// <summary>So many requests in any window of that length; those over it are answered 429 at once.</summary>
internal sealed record RateLimit
{
    /// <summary>The most that are let through.</summary>
    public required int Requests { get; init; }

    /// <summary>It slides. Of the upstream's own time, before <see cref="EmulatorOptions.TimeScale"/>.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The header as written; <c>auto</c> is the whole seconds until there is room; null is no header.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>Whether a refused request takes room too, so that an asker that does not slow down stays shut out.</summary>
    public bool CountsRefused { get; init; }
}
