using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Client;

/// <summary>One request and its answer: authorisation, JSON both ways, and refusals as <see cref="BridgeException"/>.</summary>
internal sealed class BridgeConnection(HttpClient http, BridgeClientOptions options)
{
    private const string IdempotencyKeyHeader = "Idempotency-Key";

    // Without the slash the last segment of a path base would be replaced instead of kept.
    private readonly Uri _base = new(options.BaseAddress.AbsoluteUri.TrimEnd('/') + "/");
    private readonly AuthenticationHeaderValue _authorization = new("Bearer", options.ApiKey);

    public Task<T> GetAsync<T>(string address, JsonTypeInfo<T> answer, CancellationToken stop) =>
        ReadAsync(Request(HttpMethod.Get, address), answer, stop);

    public Task<T> PostAsync<T>(string address, JsonTypeInfo<T> answer, string? idempotencyKey, CancellationToken stop) =>
        ReadAsync(Post(address, idempotencyKey), answer, stop);

    public Task<T> PostAsync<TBody, T>(
        string address, TBody body, JsonTypeInfo<TBody> type, JsonTypeInfo<T> answer, string? idempotencyKey, CancellationToken stop)
    {
        var request = Post(address, idempotencyKey);
        request.Content = Json(body, type);
        return ReadAsync(request, answer, stop);
    }

    public Task<T> PutAsync<TBody, T>(string address, TBody body, JsonTypeInfo<TBody> type, JsonTypeInfo<T> answer, CancellationToken stop)
    {
        var request = Request(HttpMethod.Put, address);
        request.Content = Json(body, type);
        return ReadAsync(request, answer, stop);
    }

    public Task<T> PatchAsync<TBody, T>(
        string address, TBody body, JsonTypeInfo<TBody> type, JsonTypeInfo<T> answer, CancellationToken stop)
    {
        var request = Request(HttpMethod.Patch, address);
        request.Content = Json(body, type);
        return ReadAsync(request, answer, stop);
    }

    public async Task DeleteAsync(string address, CancellationToken stop)
    {
        using var request = Request(HttpMethod.Delete, address);
        using var response = await SendAsync(request, stop);
    }

    /// <summary>An answer that goes on: as soon as its head is there, to be disposed of by the caller.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string address, string? lastEventId, CancellationToken stop)
    {
        using var request = Request(HttpMethod.Get, address);
        request.Headers.Accept.Add(new("text/event-stream"));
        if (lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        return await SendAsync(request, stop, HttpCompletionOption.ResponseHeadersRead);
    }

    // As bytes rather than a stream: the length goes ahead, and a body over the limit is refused before it is sent.
    private static ByteArrayContent Json<TBody>(TBody body, JsonTypeInfo<TBody> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(body, type)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    // On the request, not on the HttpClient: that is the caller's, and may carry requests to others.
    private HttpRequestMessage Request(HttpMethod method, string address) =>
        new(method, new Uri(_base, address)) { Headers = { Authorization = _authorization } };

    private HttpRequestMessage Post(string address, string? idempotencyKey)
    {
        var request = Request(HttpMethod.Post, address);
        if (idempotencyKey is not null) request.Headers.Add(IdempotencyKeyHeader, idempotencyKey);
        return request;
    }

    private async Task<T> ReadAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> answer, CancellationToken stop)
    {
        using var sent = request;
        using var response = await SendAsync(sent, stop);
        return await ReadAsync(response, answer, stop) ?? throw new JsonException("The bridge answered null.");
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken stop, HttpCompletionOption until = HttpCompletionOption.ResponseContentRead)
    {
        var response = await http.SendAsync(request, until, stop);
        if (response.IsSuccessStatusCode) return response;
        using (response) throw new BridgeException(response.StatusCode, await ProblemAsync(response, stop), RetryAfter(response));
    }

    private static async Task<Problem?> ProblemAsync(HttpResponseMessage response, CancellationToken stop)
    {
        try
        {
            return await ReadAsync(response, BridgeJson.Wire.Problem, stop);
        }
        catch (JsonException)
        {
            // A page or a problem of somebody else's on the way: the status says enough.
            return null;
        }
    }

    // The bytes, whatever the content type says: JSON is UTF-8, and a proxy's page in an unknown charset is no failure of its own.
    private static async Task<T?> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken stop) =>
        JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(stop), type);

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } wait } => wait,
        { Date: { } date } => date - options.Time.GetUtcNow() is { Ticks: > 0 } wait ? wait : TimeSpan.Zero,
        _ => null,
    };
}
