namespace Kyy.Bridge.Client.Contracts;

/// <summary>One POST of a webhook, as it went.</summary>
public sealed record AttemptView
{
    /// <summary>From 1, within its delivery.</summary>
    public required int Number { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long the whole exchange took.</summary>
    public required int DurationMs { get; init; }

    /// <summary>The receiver's status; null without an answer.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Why there was no answer: one of <see cref="AttemptErrors"/>; null where there was one.</summary>
    public string? Error { get; init; }

    /// <summary>The first 2 KiB of the answer as text; null without one.</summary>
    public string? ResponseBody { get; init; }
}

/// <summary>Why an attempt got no answer; strings for the reason given at <see cref="TaskStatuses"/>.</summary>
public static class AttemptErrors
{
    /// <summary>The name did not resolve.</summary>
    public const string Dns = "dns";

    /// <summary>No connection.</summary>
    public const string Refused = "refused";

    /// <summary>The connection broke before the answer was whole.</summary>
    public const string Reset = "reset";

    /// <summary>The whole exchange took too long.</summary>
    public const string Timeout = "timeout";

    /// <summary>No trustworthy TLS.</summary>
    public const string Tls = "tls";

    /// <summary>What came is not HTTP.</summary>
    public const string Http = "http";

    /// <summary>The address is one that the operator has not allowed.</summary>
    public const string Guard = "guard";

    /// <summary>Whoever took the delivery up died of it, or with it.</summary>
    public const string WorkerLost = "worker_lost";

    /// <summary>Nothing was sent: there is no readable secret to sign it with, or the endpoint's headers cannot be read.</summary>
    public const string NotSigned = "not_signed";
}
