using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Kyy.Bridge.Emulator.Http;

/// <summary>The head of an answer, as bytes: for those that go past the server.</summary>
internal static class RawHead
{
    /// <param name="answer">Its code, type and headers; its body has no say.</param>
    /// <param name="date">The <c>Date</c>.</param>
    /// <param name="framing">Further lines, each without its end; how long the body is said to be is one of them.</param>
    public static ReadOnlyMemory<byte> Of(RawAnswer answer, DateTimeOffset date, params IEnumerable<string> framing) =>
        Of("HTTP/1.1", answer, date, framing);

    public static ReadOnlyMemory<byte> Of(string version, RawAnswer answer, DateTimeOffset date, params IEnumerable<string> framing)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture,
            $"{version} {answer.StatusCode} {ReasonPhrases.GetReasonPhrase(answer.StatusCode)}\r\n");
        if (answer.ContentType is { } type) head.Append(CultureInfo.InvariantCulture, $"Content-Type: {type}\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Date: {date.UtcDateTime:R}\r\n");
        foreach (var (name, value) in answer.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        foreach (var line in framing) head.Append(line).Append("\r\n");
        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    /// <summary>How long a body is.</summary>
    public static string Length(long bytes) => string.Create(CultureInfo.InvariantCulture, $"Content-Length: {bytes}");
}
