using System.Net;
using System.Text.Json;
using Kyy.Bridge.Benchmarks.Load;

namespace Kyy.Bridge.Benchmarks.Upstream;

/// <summary>The limit: the same GET by a bare HttpClient, and its answer parsed, with no bound and no promise.</summary>
internal sealed class BarePolls(Uri baseUrl, ActorsPlaces places, int concurrency) : IPolls
{
    private readonly HttpClient _http = new(Trusting.The(places.Authority, new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        MaxConnectionsPerServer = concurrency,
        EnableMultipleHttp2Connections = true,
    }));

    public async Task<bool> AskAsync(string taskId, CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{baseUrl}/v1/result/{taskId}") { Version = HttpVersion.Version20 };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {places.Key}");
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        using var answer = await _http.SendAsync(request, stopping);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(stopping));
        return json.RootElement.GetProperty("id").ValueEquals(taskId) && json.RootElement.GetProperty("status").ValueEquals("completed");
    }

    public void Dispose() => _http.Dispose();
}
