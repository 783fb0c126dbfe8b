using System.Net.Sockets;
using Kyy.Bridge.Addresses;

namespace Kyy.Bridge.Upstream;

/// <summary>From the network's exceptions to the words of the field: the only place that knows them.</summary>
internal static class UnreachableKinds
{
    /// <summary>Null for an exception that is none of the network's: a defect, which is not to be hidden.</summary>
    public static UnreachableKind? Of(Exception exception) => exception switch
    {
        OperationCanceledException => UnreachableKind.Timeout,
        HttpRequestException { InnerException: DestinationRefusedException } => UnreachableKind.NotAllowed,
        HttpRequestException { InnerException: ProxyRefusedException } => UnreachableKind.Proxy,
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } failed => Of(failed.HttpRequestError, failed),
        HttpIOException { HttpRequestError: not HttpRequestError.Unknown } broken => Of(broken.HttpRequestError, broken),
        // Content that is not compressed as its header says. Brotli's decoder has the second, of all exceptions, for it.
        InvalidDataException or InvalidOperationException { Source: "System.IO.Compression.Brotli" } => UnreachableKind.BadBody,
        HttpRequestException or IOException => UnreachableKind.Reset,
        _ => null,
    };

    private static UnreachableKind Of(HttpRequestError error, Exception exception) => error switch
    {
        HttpRequestError.NameResolutionError => UnreachableKind.Dns,
        HttpRequestError.ConnectionError when exception.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut } =>
            UnreachableKind.Timeout,
        HttpRequestError.ConnectionError => UnreachableKind.Refused,
        HttpRequestError.SecureConnectionError => UnreachableKind.Tls,
        HttpRequestError.ResponseEnded => UnreachableKind.Reset,
        HttpRequestError.ProxyTunnelError or HttpRequestError.UserAuthenticationError => UnreachableKind.Proxy,
        _ => UnreachableKind.Protocol,
    };
}
