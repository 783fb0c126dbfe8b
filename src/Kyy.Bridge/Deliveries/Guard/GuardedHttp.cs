using System.Net;
using System.Security.Authentication;
using Kyy.Bridge.Addresses;

namespace Kyy.Bridge.Deliveries.Guard;

/// <summary>
/// The way that webhooks take. What was accepted once is judged again at every attempt: by its text before anything is sent, by the
/// resolved address when a connection is made. No proxy of the environment, no redirects, no cookies, nothing decompressed, and no
/// <c>Alt-Svc</c>, which is heard only by requests that would take HTTP/3.
/// </summary>
internal sealed class GuardedHttp(AddressGuard guard, CallbackRules rules, CallbackSettings callbacks)
{
    private readonly SoundAddresses _sound = new(rules);

    /// <summary>The address that a URL is. Whether anything may be sent there is judged on the way.</summary>
    /// <exception cref="UriFormatException">It is none.</exception>
    public Uri Address(string url) => _sound.Of(url);

    /// <summary>A way with connections of its own.</summary>
    /// <param name="timeout">For a connection to come about.</param>
    public HttpMessageInvoker NewInvoker(TimeSpan timeout) => NewInvoker(NewHandler(timeout));

    /// <summary>With a handler that differs from <see cref="NewHandler"/> in whom it trusts, which is no matter of configuration.</summary>
    internal HttpMessageInvoker NewInvoker(HttpMessageHandler handler) => new(new Gate(_sound, handler));

    internal SocketsHttpHandler NewHandler(TimeSpan timeout) => new()
    {
        SslOptions = { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 },
        // An egress proxy of the operator's is asked by the guard itself.
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = timeout, // A connection attempt outlives the request that asked for it.
        MaxResponseHeadersLength = 16, // KiB
        MaxResponseDrainSize = 0, // What is longer than the part that is kept is dropped with its connection.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2), // The name is vetted anew at least this often.
        // Shares are counted by client and host before a request is made: a limit here would let one client's hanging requests
        // to a host keep another's waiting for a connection to it.
        MaxConnectionsPerServer = int.MaxValue,
        EnableMultipleHttp2Connections = true,
        ActivityHeadersPropagator = null, // An attempt says its traceparent itself.
        ConnectCallback = guard.Way(callbacks.Proxy),
    };

    private sealed class Gate(SoundAddresses sound, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            sound.Allow(request.RequestUri!)
                ? base.SendAsync(request, cancellationToken)
                : throw new DestinationRefusedException();
    }
}
