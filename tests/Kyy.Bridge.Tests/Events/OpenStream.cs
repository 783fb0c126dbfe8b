using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Kyy.Bridge.Tests.Events;

/// <summary>A stream of events, line by line as it is on the wire.</summary>
internal sealed class OpenStream : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpClient _http;
    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;

    private OpenStream(HttpClient http, HttpResponseMessage answer, Stream body) =>
        (_http, _answer, _lines) = (http, answer, new(body, Encoding.UTF8));

    public HttpStatusCode Status => _answer.StatusCode;

    public HttpResponseHeaders Headers => _answer.Headers;

    public string? ContentType => _answer.Content.Headers.ContentType?.MediaType;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<OpenStream> OpenAsync(FeedOwner owner, string? lastEventId = null)
    {
        var http = new HttpClient(new SocketsHttpHandler());
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(owner.Bridge.Address, $"{FeedOwner.Path}/stream"));
        request.Headers.Authorization = new("Bearer", owner.Key);
        if (lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        return new(http, answer, await answer.Content.ReadAsStreamAsync(Cancellation));
    }

    /// <summary>The next line; null at the stream's end.</summary>
    public Task<string?> LineAsync() => _lines.ReadLineAsync(Cancellation).AsTask().WaitAsync(Patience, TimeProvider.System, Cancellation);

    /// <summary>The lines up to the next empty one; empty at the stream's end.</summary>
    public async Task<string[]> BlockAsync()
    {
        var lines = new List<string>();
        while (await LineAsync() is { Length: > 0 } line) lines.Add(line);
        return [.. lines];
    }

    /// <summary>Whether the stream ends, whatever comes before.</summary>
    public async Task EndsAsync()
    {
        try
        {
            while (await LineAsync() is not null) { }
        }
        catch (HttpIOException)
        {
            // Cut off rather than ended: the same to a reader.
        }
    }

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _answer.Dispose();
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}
