using System.Diagnostics;

namespace Kyy.Bridge.Deliveries;

/// <summary>
/// The header by which a receiver ties an attempt to its own trace, by W3C's Trace Context: of the trace that is under way here, or of one
/// of its own. Nothing is recorded here.
/// </summary>
/// <remarks>Written out, because the activity and the handler's own below it cost as much as the signature, and nobody reads them.</remarks>
internal static class Traceparent
{
    private const int TraceLength = 32, SpanLength = 16;

    public static string Next()
    {
        var trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.TraceId : ActivityTraceId.CreateRandom();
        return string.Create(3 + TraceLength + 1 + SpanLength + 3, (trace, span: ActivitySpanId.CreateRandom()), static (text, ids) =>
        {
            "00-".CopyTo(text);
            ids.trace.ToHexString().CopyTo(text[3..]);
            text[3 + TraceLength] = '-';
            ids.span.ToHexString().CopyTo(text[(4 + TraceLength)..]);
            "-00".CopyTo(text[^3..]);
        });
    }
}
