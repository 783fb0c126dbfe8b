using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Kyy.Bridge.Addresses;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Deliveries.Guard;
using Kyy.Bridge.Tests.Upstream;

namespace Kyy.Bridge.Tests.Deliveries.Guard;

/// <summary>The way of webhooks with a DNS that says what a test wants, each time it is asked.</summary>
internal sealed class GuardedWay : IDisposable
{
    private readonly ConcurrentQueue<IPAddress[]> _answers = [];
    private readonly CallbackSettings _settings;
    private HttpMessageInvoker _http;
    private bool _isSilent;

    public GuardedWay(CallbackSettings? settings = null, Action<SocketsHttpHandler>? change = null)
    {
        _settings = settings ?? Allowing("127.0.0.2/32");
        Guard = new(new AddressPolicy(_settings.AllowedNetworks), _settings.BlockedPorts, Resolve);
        Http = new(Guard, new CallbackRules(_settings, Guard), _settings);
        var handler = Http.NewHandler(TimeSpan.FromSeconds(20));
        change?.Invoke(handler);
        _http = Http.NewInvoker(handler);
    }

    public AddressGuard Guard { get; }

    public GuardedHttp Http { get; }

    /// <summary>The hosts that the DNS was asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Not of Production, and with these networks.</summary>
    public static CallbackSettings Allowing(params string[] networks) =>
        new() { RequireHttps = false, AllowedNetworks = [.. networks.Select(network => IPNetwork.Parse(network))], BlockedPorts = [] };

    /// <summary>A receiver on an address of this machine that answers every POST of an empty body.</summary>
    public static RawServer Receiver(string address = "127.0.0.2", string head = "HTTP/1.1 204 No Content\n\n") => new(
        async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(head.ReplaceLineEndings("\r\n")), stop);
            return true;
        },
        address: IPAddress.Parse(address));

    /// <summary>The next answers of the DNS, which then goes back to what the host's text says by itself.</summary>
    public GuardedWay Answers(params string[][] answers)
    {
        foreach (var answer in answers) _answers.Enqueue([.. answer.Select(IPAddress.Parse)]);
        return this;
    }

    /// <summary>A DNS that answers nothing at all.</summary>
    public GuardedWay AnswersNever()
    {
        _isSilent = true;
        return this;
    }

    /// <summary>Connections alone, without what looks at the URL before.</summary>
    public GuardedWay WithoutRules()
    {
        _http.Dispose();
        _http = new(Http.NewHandler(TimeSpan.FromSeconds(20)));
        return this;
    }

    /// <summary>One POST: the status, or the API's word for what kept it away.</summary>
    public async Task<string> PostAsync(string url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = new ByteArrayContent([]),
        };
        try
        {
            using var response = await _http.SendAsync(request, Stop);
            return $"{(int)response.StatusCode}";
        }
        catch (Exception exception) when (!Stop.IsCancellationRequested && AttemptErrors.Of(exception) is { } error)
        {
            // The host is the client's own word, and may be written like an address.
            exception.ToString().Replace(new Uri(url).Host, "", StringComparison.Ordinal).ShouldNotContain("169.254");
            return $"{error}";
        }
    }

    public void Dispose() => _http.Dispose();

    private Task<IPAddress[]> Resolve(string host, CancellationToken cancellation)
    {
        Asked.Enqueue(host);
        if (_isSilent) return new TaskCompletionSource<IPAddress[]>().Task.WaitAsync(cancellation);
        return _answers.TryDequeue(out var answer) ? Task.FromResult(answer) : Dns.GetHostAddressesAsync(host, cancellation);
    }
}
