using System.Net.Sockets;
using Kyy.Bridge.Addresses;

namespace Kyy.Bridge.Deliveries;

/// <summary>From the network's exceptions to the words of the API: the only place that knows them.</summary>
internal static class AttemptErrors
{
    /// <summary>Null for an exception that is none of the network's: a defect, which is not to be hidden.</summary>
    public static AttemptError? Of(Exception exception) => exception switch
    {
        OperationCanceledException => AttemptError.Timeout,
        DestinationRefusedException or HttpRequestException { InnerException: DestinationRefusedException } => AttemptError.Guard,
        HttpRequestException failed => Of(failed.HttpRequestError, failed.InnerException),
        HttpIOException broken => Of(broken.HttpRequestError, broken.InnerException),
        IOException => AttemptError.Reset,
        // An address that was fine when it was registered and is none for this version: never sent, and told as what it is.
        NotSupportedException or UriFormatException => AttemptError.Http,
        _ => null,
    };

    private static AttemptError Of(HttpRequestError error, Exception? inner) => error switch
    {
        HttpRequestError.NameResolutionError => AttemptError.Dns,
        HttpRequestError.SecureConnectionError => AttemptError.Tls,
        HttpRequestError.ResponseEnded => AttemptError.Reset,
        HttpRequestError.ConnectionError => inner is SocketException { SocketErrorCode: SocketError.TimedOut } ? AttemptError.Timeout : OfSocket(inner),
        HttpRequestError.Unknown when inner is SocketException or IOException => OfSocket(inner),
        _ => AttemptError.Http,
    };

    // The guard's own connect reports a name that does not resolve as a socket's error.
    private static AttemptError OfSocket(Exception? inner) => (inner as SocketException ?? inner?.InnerException as SocketException)?.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery => AttemptError.Dns,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => AttemptError.Reset,
        SocketError.TimedOut => AttemptError.Timeout,
        null => AttemptError.Reset,
        _ => AttemptError.Refused,
    };
}
