using System.Globalization;
using System.Net.Http.Headers;
using Kyy.Bridge.Client.Signing;

namespace Kyy.Bridge.Benchmarks.Sender;

/// <summary>The limit: the same signed POST by a handler, with no guard, no time-out, no trace and nothing kept of the answer.</summary>
internal sealed class BareSender(Uri hook, int atOnce) : IDisposable
{
    private static readonly WebhookSecret Secret = WebhookSecret.Create();

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        MaxConnectionsPerServer = atOnce,
    });

    public async Task PostAsync()
    {
        const string id = "evt_01kb0000000000000000000000";
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, hook);
        request.Content = new ByteArrayContent(Example.Payload) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        request.Headers.TryAddWithoutValidation(WebhookSignature.IdHeader, id);
        request.Headers.TryAddWithoutValidation(WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation(
            WebhookSignature.SignatureHeader, WebhookSignature.Sign(Secret, id, timestamp, Example.Payload));
        using var taken = await _http.SendAsync(request, CancellationToken.None);
        taken.EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();
}
