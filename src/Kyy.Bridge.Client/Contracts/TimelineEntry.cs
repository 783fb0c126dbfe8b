using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>One thing that happened to a task or that comes next. Members that do not apply to its kind are absent.</summary>
public sealed record TimelineEntry
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What: one of <see cref="TimelineKinds"/>, which may grow.</summary>
    public required string Kind { get; init; }

    /// <summary>The same for people. Not for programs: the wording may change.</summary>
    public required string Text { get; init; }

    /// <summary>The event that was made, <c>evt_…</c>, or that an attempt is about.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? EventId { get; init; }

    /// <summary>One of <see cref="EventTypes"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? EventType { get; init; }

    /// <summary>The delivery of an attempt, <c>dlv_…</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DeliveryId { get; init; }

    /// <summary>Where to: an endpoint, <c>ep_…</c>, or a callback's host with its port.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Destination { get; init; }

    /// <summary>Which attempt of its delivery, or which poll, from 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Number { get; init; }

    /// <summary>The receiver's or the upstream's HTTP status.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? StatusCode { get; init; }

    /// <summary>What went wrong, in a word.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>How long an attempt took, in milliseconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? DurationMs { get; init; }
}
