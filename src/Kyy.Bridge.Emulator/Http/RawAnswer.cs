using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Kyy.Bridge.Emulator.Http;

/// <summary>
/// One HTTP answer to the byte. Everything that either server says is one of these and goes out through <see cref="SendAsync"/>,
/// so that an answer scripted by a test and an ordinary one cannot differ in anything but their content.
/// </summary>
internal sealed record RawAnswer(int StatusCode, string? ContentType = null, ReadOnlyMemory<byte> Body = default) : IAnswer
{
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Nothing is sent before this has completed; for as long as that takes the asker gets no byte.</summary>
    public Task HeldUntil { get; init; } = Task.CompletedTask;

    public bool EndsTask { get; init; }

    public string? RetryAfter =>
        Headers.FirstOrDefault(header => header.Key.Equals("Retry-After", StringComparison.OrdinalIgnoreCase)).Value;

    public static RawAnswer Json(int statusCode, ReadOnlyMemory<byte> body) => new(statusCode, "application/json", body);

    public static RawAnswer Json(int statusCode, string body) => Json(statusCode, Encoding.UTF8.GetBytes(body));

    /// <summary>The gateway's way of refusing: a JSON object with one sentence.</summary>
    public static RawAnswer Message(int statusCode, string message) =>
        Json(statusCode, JsonSerializer.SerializeToUtf8Bytes(new { message }, Wire.Json));

    public RawAnswer WithHeader(string name, string value) => this with { Headers = Headers.Add(new(name, value)) };

    Task<bool> IAnswer.SendAsync(HttpContext context, TimeProvider time, Action sending) => SendAsync(context, sending);

    /// <summary>Sends it, once it is no longer held.</summary>
    /// <param name="context">The request that is answered.</param>
    /// <param name="sending">Called before the first byte goes out, if one does.</param>
    /// <returns>False where the asker hung up before it was wholly sent.</returns>
    public async Task<bool> SendAsync(HttpContext context, Action? sending = null)
    {
        var gone = context.RequestAborted;
        await HeldUntil.WaitAsync(gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (gone.IsCancellationRequested) return false;
        sending?.Invoke();

        var response = context.Response;
        response.StatusCode = StatusCode;
        response.ContentType = ContentType;
        foreach (var (name, value) in Headers) response.Headers.Append(name, value);
        // A 204 or 304 must not even say that it has no body.
        if (StatusCode is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified)) response.ContentLength ??= Body.Length;
        if (!Body.IsEmpty) await response.BodyWriter.WriteAsync(Body, CancellationToken.None);
        await response.CompleteAsync();
        return !gone.IsCancellationRequested;
    }
}
