using Kyy.Bridge.Client;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>What the story is told with, wherever it runs.</summary>
/// <param name="bridge">The service.</param>
/// <param name="upstream">Where the upstream's control is.</param>
/// <param name="receiver">The receiver, by the address that the service is to call.</param>
/// <param name="adminKey">The service's admin key.</param>
/// <param name="time">What is waited by.</param>
internal sealed class DemoStage(Uri bridge, Uri upstream, Uri receiver, string adminKey, TimeProvider time) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(15) };

    public string AdminKey => adminKey;

    public UpstreamClient Upstream => field ??= new(_http, upstream);

    public ReceiverClient Receiver => field ??= new(_http, receiver);

    /// <summary>The service's API, for whom the key belongs to.</summary>
    public BridgeClient Client(string key) => new(_http, new() { BaseAddress = bridge, ApiKey = key, Time = time });

    /// <summary>Whether the service says that it is ready.</summary>
    /// <exception cref="HttpRequestException">It does not answer.</exception>
    public async Task<bool> IsReadyAsync(CancellationToken stopping)
    {
        using var answer = await _http.GetAsync(new Uri(bridge, "/healthz/ready"), stopping);
        return answer.IsSuccessStatusCode;
    }

    public void Dispose() => _http.Dispose();
}
