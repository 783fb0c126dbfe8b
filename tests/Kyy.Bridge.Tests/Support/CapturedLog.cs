using System.Collections.Concurrent;
using System.Text.Json;
using Kyy.Bridge.Telemetry;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace Kyy.Bridge.Tests.Support;

/// <summary>What a service writes to its log.</summary>
internal sealed class CapturedLog(ITextFormatter formatter) : ILogEventSink
{
    private readonly ConcurrentQueue<string> _lines = [];

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>What has been written about requests, in the order of their ends.</summary>
    public IEnumerable<JsonElement> Requests => _lines.Select(line => JsonElement.Parse(line)).Where(IsOfRequest);

    public void Emit(LogEvent logEvent)
    {
        using var text = new StringWriter();
        formatter.Format(logEvent, text);
        _lines.Enqueue(text.ToString());
    }

    /// <summary>The line of a request that was answered: it comes right after the answer.</summary>
    public async Task<JsonElement> RequestAsync(Func<JsonElement, bool> isMeant)
    {
        JsonElement? found = null;
        await Wait.UntilAsync(() => (found = Requests.Cast<JsonElement?>().LastOrDefault(line => isMeant(line!.Value))) is not null, "the request has its line");
        return found!.Value;
    }

    private static bool IsOfRequest(JsonElement line) =>
        line.TryGetProperty("EventId", out var id) && id.TryGetProperty("Id", out var number) && number.GetInt32() == RequestLine.EventId;
}
