using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>Why a request was refused: <c>application/problem+json</c> of RFC 9457.</summary>
public sealed record Problem
{
    /// <summary>The media type of an answer that is a problem.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>The kind of problem, a stable path such as <c>/problems/validation</c>: decide on it.</summary>
    public required string Type { get; init; }

    /// <summary>The kind of problem in words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What was wrong this time.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>Each field that was wrong, named as on the wire, with what was wrong with it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>Of a cursor that is too old (410): where the event feed begins now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? EarliestCursor { get; init; }

    /// <summary>What to name when asking the operator about it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceId { get; init; }
}
