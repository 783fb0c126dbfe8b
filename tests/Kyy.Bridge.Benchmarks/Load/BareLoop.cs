using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Kyy.Bridge.Client.Signing;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>
/// The limit of the machine: for each task the same GETs and the same signed POST by a bare HttpClient, with nothing kept, nothing
/// planned and nothing promised.
/// </summary>
internal sealed class BareLoop : IDisposable
{
    private static readonly WebhookSecret Secret = WebhookSecret.Create();

    private readonly HttpClient _http;
    private readonly ActorsPlaces _places;
    private readonly int _concurrency;

    public BareLoop(ActorsPlaces places, int concurrency)
    {
        (_places, _concurrency) = (places, concurrency);
        _http = new(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            MaxConnectionsPerServer = concurrency,
        });
    }

    /// <summary>Takes each task to its end.</summary>
    public async Task RunAsync(IReadOnlyList<string> tasks, int pollsOfEach, CancellationToken stopping)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, _concurrency).Select(_ => WorkAsync()));

        async Task WorkAsync()
        {
            for (var i = Interlocked.Increment(ref next); i < tasks.Count; i = Interlocked.Increment(ref next))
            {
                var answer = await AskAsync(tasks[i], stopping);
                for (var poll = 1; poll < pollsOfEach; poll++) answer = await AskAsync(tasks[i], stopping);
                await TellAsync(answer, stopping);
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonDocument> AskAsync(string id, CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_places.Upstream}/v1/result/{id}");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {_places.Key}");
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        using var answer = await _http.SendAsync(request, stopping);
        return JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(stopping));
    }

    private async Task TellAsync(JsonDocument answer, CancellationToken stopping)
    {
        var task = answer.RootElement;
        var id = $"evt_{task.GetProperty("id").GetString()}";
        var link = task.GetProperty("video_url").GetString();
        var body = Encoding.UTF8.GetBytes(
            $$$"""
            {"type":"task.completed","timestamp":"2026-01-01T00:00:00.000000Z","data":{"id":"{{{id}}}","family":"starvideos","status":"completed","ended":true,"video_url":"{{{link}}}","video_urls":["{{{link}}}"],"metadata":{},"sequence":3}}
            """);
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_places.Receiver, "hook/bare"));
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        request.Headers.TryAddWithoutValidation(WebhookSignature.IdHeader, id);
        request.Headers.TryAddWithoutValidation(WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation(WebhookSignature.SignatureHeader, WebhookSignature.Sign(Secret, id, timestamp, body));
        using var taken = await _http.SendAsync(request, stopping);
        taken.EnsureSuccessStatusCode();
        answer.Dispose();
    }
}
