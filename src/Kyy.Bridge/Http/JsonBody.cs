using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;

namespace Kyy.Bridge.Http;

/// <summary>
/// The JSON body of a request, as an argument of a handler. Read by hand, because binding answers with names of C# members, binds a
/// batch as a whole, lets repeated members pass, and throws away the bytes that <c>metadata</c> is echoed with.
/// </summary>
internal sealed class JsonBody : IRefusable
{
    public const int MaxBytes = 256 << 10, MaxBatchBytes = 8 << 20;

    /// <summary>
    /// Where the server breaks the connection. Below it, what is too large is read to its end and thrown away: most callers write all
    /// of a request before they read, and would be told of a broken pipe instead of a 413.
    /// </summary>
    public const int MaxBytesOnTheWire = 4 * MaxBatchBytes;

    // Far more than any body that is understood, far less than what readers with a stack can bear.
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };
    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    private JsonBody(ProblemResult refusal) => Refusal = refusal;

    private JsonBody(JsonElement root, ReadOnlyMemory<byte> utf8) => (Root, Bytes) = (root, utf8);

    /// <summary>The body's value, of any kind. It lives as long as the request.</summary>
    public JsonElement Root { get; }

    /// <summary>The bytes as they arrived.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <inheritdoc />
    public ProblemResult? Refusal { get; }

    /// <summary>Reads the body before the handler runs; called by the framework.</summary>
    public static async ValueTask<JsonBody> BindAsync(HttpContext context)
    {
        var route = context.GetEndpoint()?.Metadata.GetMetadata<BodyMetadata>() ?? BodyMetadata.Usual;
        var utf8 = await ReadAllAsync(context.Request.BodyReader, route.MaxBytes, context.RequestAborted);
        if (utf8 is null) return new(Problems.PayloadTooLarge(route.MaxBytes));
        if (utf8.Length == 0)
            return route.IsOptional ? new(Empty, default) : new(Problems.MalformedBody("A JSON object is required, and nothing was sent."));
        if (!context.Request.HasJsonContentType()) return new(Problems.UnsupportedMediaType());
        if (!Utf8.IsValid(utf8)) return new(Problems.MalformedBody("It is not UTF-8."));
        return Parse(utf8, context.Response);
    }

    private static JsonBody Parse(byte[] utf8, HttpResponse response)
    {
        try
        {
            var document = JsonDocument.Parse(utf8, Strict);
            response.RegisterForDispose(document);
            return new(document.RootElement, utf8);
        }
        catch (JsonException broken)
        {
            // Not the exception's message: it quotes what was sent.
            var place = $"line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}";
            return new(Problems.MalformedBody($"It cannot be read as JSON from {place} on."));
        }
    }

    private static async Task<byte[]?> ReadAllAsync(PipeReader reader, int maxBytes, CancellationToken cancellation)
    {
        var isTooLarge = false;
        while (true)
        {
            var read = await reader.ReadAsync(cancellation);
            isTooLarge |= read.Buffer.Length > maxBytes;
            if (read.IsCompleted)
            {
                var bytes = isTooLarge ? null : read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            reader.AdvanceTo(isTooLarge ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
        }
    }
}
