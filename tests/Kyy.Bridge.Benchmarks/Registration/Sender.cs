using System.Net;
using System.Net.Http.Headers;

namespace Kyy.Bridge.Benchmarks.Registration;

/// <summary>Sends bodies over a number of connections, each after the answer to the one before.</summary>
/// <param name="to">Where.</param>
/// <param name="key">The API key.</param>
internal sealed class Sender(Uri to, string key) : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    // Not an HttpClient: what it adds is of no use here, and its time is the measured processes' as well.
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });
    private readonly AuthenticationHeaderValue _key = new("Bearer", key);

    /// <summary>Sends until there is no further body, and returns how many were taken and how many not, and in which time.</summary>
    public async Task<(int Taken, int Refused, TimeSpan Took)> RunAsync(Func<byte[]?> next, int connections, CancellationToken stopping)
    {
        var started = TimeProvider.System.GetTimestamp();
        var sent = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => SendAllAsync(next, stopping), stopping)));
        return (sent.Sum(one => one.Taken), sent.Sum(one => one.Refused), TimeProvider.System.GetElapsedTime(started));
    }

    public void Dispose() => _http.Dispose();

    private async Task<(int Taken, int Refused)> SendAllAsync(Func<byte[]?> next, CancellationToken stopping)
    {
        var (taken, refused) = (0, 0);
        while (next() is { } body)
        {
            if (await IsTakenAsync(body, stopping)) taken++;
            else refused++;
        }

        return (taken, refused);
    }

    private async Task<bool> IsTakenAsync(byte[] body, CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, to) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = Json;
        request.Headers.Authorization = _key;
        using var answer = await _http.SendAsync(request, stopping);
        var said = await answer.Content.ReadAsByteArrayAsync(stopping);
        return IsTaken(answer.StatusCode, said);
    }

    // A batch is answered with 200 whatever became of its items: its last member counts those that were refused.
    private static bool IsTaken(HttpStatusCode status, byte[] said) => status == HttpStatusCode.Created
        || (status == HttpStatusCode.OK && said.AsSpan().EndsWith("\"existing\":0,\"rejected\":0}"u8));
}
