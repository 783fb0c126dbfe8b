using System.Text.Json;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>The body of a webhook.</summary>
/// <param name="Type">What happened: one of <see cref="EventTypes"/>, which may grow. Answer 2xx to one that is not known.</param>
/// <param name="Timestamp">When it happened; the attempt's time is in the headers.</param>
/// <param name="Data">What it happened to. Its shape depends on <paramref name="Type"/>, so it is kept as it was sent.</param>
public sealed record WebhookEvent(string Type, DateTimeOffset Timestamp, RawJson Data)
{
    private const string TaskPrefix = "task.", UpstreamKeyPrefix = "upstream_key.";

    /// <summary>Reads a webhook's body. Verify it first, by the same bytes.</summary>
    /// <exception cref="JsonException">The body is not an event.</exception>
    public static WebhookEvent Read(ReadOnlySpan<byte> body) =>
        JsonSerializer.Deserialize(body, BridgeJson.Wire.WebhookEvent) ?? throw new JsonException("A webhook's body is never null.");

    /// <summary>Reads <see cref="Data"/> as a task; null where the event is not about one.</summary>
    /// <exception cref="JsonException">The event says that it is about a task, but its data is not one.</exception>
    public TaskEventData? ReadTask() =>
        Type.StartsWith(TaskPrefix, StringComparison.Ordinal) ? Data.Read(BridgeJson.Wire.TaskEventData) : null;

    /// <summary>Reads <see cref="Data"/> as an upstream key; null where the event is not about one.</summary>
    /// <exception cref="JsonException">The event says that it is about an upstream key, but its data is not one.</exception>
    public UpstreamKeyEventData? ReadUpstreamKey() =>
        Type.StartsWith(UpstreamKeyPrefix, StringComparison.Ordinal) ? Data.Read(BridgeJson.Wire.UpstreamKeyEventData) : null;

    /// <summary>Reads <see cref="Data"/> as the endpoint that was disabled; null where the event says nothing of the kind.</summary>
    /// <exception cref="JsonException">The event says that an endpoint was disabled, but its data is none.</exception>
    public EndpointEventData? ReadDisabledEndpoint() =>
        Type == EventTypes.EndpointDisabled ? Data.Read(BridgeJson.Wire.EndpointEventData) : null;
}
