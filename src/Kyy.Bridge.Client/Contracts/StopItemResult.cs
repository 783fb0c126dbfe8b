using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>What became of one id of a list of tasks that were to be stopped.</summary>
public sealed record StopItemResult
{
    /// <summary>The id's place in the request, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The id as it was sent; absent where it was no text, or too long to be one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>The status that stopping this task alone would have been answered with: 204 stopped, 404 no such task, 400 no text.</summary>
    public required int Status { get; init; }

    /// <summary>Why it was refused; absent where it was not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Problem? Problem { get; init; }
}
