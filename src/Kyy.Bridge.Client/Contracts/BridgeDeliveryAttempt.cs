namespace Kyy.Bridge.Client.Contracts;

/// <summary>One POST of a webhook, and what came of it: a status code or an error.</summary>
public sealed record BridgeDeliveryAttempt
{
    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How many milliseconds it took.</summary>
    public required int DurationMs { get; init; }

    /// <summary>The receiver's answer; null where none was received.</summary>
    public int? StatusCode { get; init; }

    /// <summary>
    /// Why there was none: <c>dns</c>, <c>refused</c>, <c>reset</c>, <c>timeout</c>, <c>tls</c>, <c>http</c>, <c>guard</c>,
    /// <c>worker_lost</c>, or <c>not_signed</c> where nothing was sent because what signs it cannot be read; null where there was one.
    /// </summary>
    public string? Error { get; init; }

    /// <summary>The first 2 KiB of the answer's body, as text; null where there was none, or it was erased.</summary>
    public string? ResponseBody { get; init; }
}
