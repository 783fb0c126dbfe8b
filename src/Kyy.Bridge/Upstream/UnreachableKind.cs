namespace Kyy.Bridge.Upstream;

/// <summary>What kept a usable answer away.</summary>
internal enum UnreachableKind
{
    /// <summary>No whole answer within <see cref="UpstreamOptions.Timeout"/>, however far it got.</summary>
    Timeout,

    /// <summary>The name did not resolve.</summary>
    Dns,

    /// <summary>No connection: refused, no route.</summary>
    Refused,

    /// <summary>The connection broke before the answer was whole.</summary>
    Reset,

    /// <summary>No trustworthy TLS: expired, another's name, self-signed, cut handshake.</summary>
    Tls,

    /// <summary>What came is not HTTP, or its headers are over the limit.</summary>
    Protocol,

    /// <summary>The egress proxy refused.</summary>
    Proxy,

    /// <summary>5xx.</summary>
    ServerError,

    /// <summary>408 or 425: ask again.</summary>
    RequestTimeout,

    /// <summary>3xx. Not followed: the key would go along.</summary>
    Redirected,

    /// <summary>A status that none of the rules speaks of.</summary>
    UnexpectedStatus,

    /// <summary>Not a JSON object: HTML, nothing, cut off, nested too deeply, or not decompressible.</summary>
    BadBody,

    /// <summary>More than 64 KiB, counted after decompression.</summary>
    TooLarge,

    /// <summary>
    /// The base URL is not, or no longer, among those the operator allows, or a client's leads to an address that is not called;
    /// nothing was sent.
    /// </summary>
    NotAllowed,
}
