using System.Text.Json.Serialization;

namespace Kyy.Bridge.Client.Contracts;

/// <summary>What became of one item of a batch: a task's id, or the problem with it.</summary>
public sealed record BatchItemResult
{
    /// <summary>The item's place in the request, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The status that a registration of this item alone would have been answered with: 201 new, 200 known, 4xx refused.</summary>
    public required int Status { get; init; }

    /// <summary>The task's id, <c>tsk_…</c>; absent where the item was refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>Why the item was refused; absent where it was not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Problem? Problem { get; init; }
}
