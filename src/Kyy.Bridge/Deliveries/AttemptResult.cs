namespace Kyy.Bridge.Deliveries;

/// <summary>What one POST came to. The set is closed.</summary>
internal abstract record AttemptResult
{
    private AttemptResult()
    {
    }

    /// <summary>2xx.</summary>
    internal sealed record Accepted(int StatusCode) : AttemptResult;

    /// <summary>410: the receiver wants no more.</summary>
    internal sealed record Gone : AttemptResult;

    /// <summary>Any other status; 3xx is not followed.</summary>
    internal sealed record Rejected(int StatusCode, TimeSpan? RetryAfter) : AttemptResult;

    /// <summary>No answer.</summary>
    internal sealed record Unreachable(AttemptError Error) : AttemptResult;
}

/// <summary>Why there was no answer, in the words of the API.</summary>
internal enum AttemptError
{
    /// <summary>The name did not resolve.</summary>
    Dns,

    /// <summary>No connection.</summary>
    Refused,

    /// <summary>The connection broke before the answer was whole.</summary>
    Reset,

    /// <summary>The whole exchange took too long.</summary>
    Timeout,

    /// <summary>No trustworthy TLS.</summary>
    Tls,

    /// <summary>What came is not HTTP.</summary>
    Http,

    /// <summary>The address is one that the operator has not allowed.</summary>
    Guard,

    /// <summary>Claimed again and again without a result: whoever took it up died of it, or with it.</summary>
    WorkerLost,

    /// <summary>Nothing was sent: there is no readable secret to sign it with, or the endpoint's headers cannot be read.</summary>
    NotSigned,
}
