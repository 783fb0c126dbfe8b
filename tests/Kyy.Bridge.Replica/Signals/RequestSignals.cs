using System.Diagnostics.Tracing;

namespace Kyy.Bridge.Replica.Signals;

/// <summary>
/// What the framework's HTTP clients tell of their requests, as events, raised in the flow of the request. Activities would leave webhooks
/// out, whose handler has them turned off.
/// </summary>
internal sealed class RequestSignals : EventListener
{
    // The framework's contract: the order of the values of its events.
    private const string Source = "System.Net.Http", Start = "RequestStart", Stop = "RequestStop";
    private const int HostOfStart = 1, PortOfStart = 2, PathOfStart = 3, StatusOfStop = 0;

    private readonly AsyncLocal<SentRequest?> _current = new();

    /// <summary>Nothing of it was sent yet.</summary>
    public event Action<SentRequest>? Beginning;

    /// <summary>The head of the answer was read.</summary>
    public event Action<SentRequest>? Answered;

    /// <inheritdoc />
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Source) EnableEvents(eventSource, EventLevel.Informational);
    }

    /// <inheritdoc />
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData is { EventName: Start, Payload: { } start })
        {
            var request = new SentRequest((string)start[HostOfStart]!, (int)start[PortOfStart]!, (string)start[PathOfStart]!);
            _current.Value = request;
            Beginning?.Invoke(request);
        }
        else if (eventData is { EventName: Stop, Payload: { } stop } && (int)stop[StatusOfStop]! > 0 && _current.Value is { } answered)
        {
            Answered?.Invoke(answered);
        }
    }
}
