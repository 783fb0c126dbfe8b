namespace Kyy.Bridge.Polling;

/// <summary>
/// Up to about 200 tasks of one lane that were registered about together. A slot is an index, not a meaning: whatever happens
/// to one costs time, never correctness.
/// </summary>
internal sealed class Slot
{
    public required long Id { get; init; }
    public required int Lane { get; init; }

    /// <summary>Never later than the earliest due time of its tasks.</summary>
    public required DateTimeOffset NextDue { get; init; }

    /// <summary>Whose tasks they are: the clients of one key take turns.</summary>
    public Guid ClientId { get; init; }

    /// <summary>Whether one of them has never been asked about.</summary>
    public bool Fresh { get; init; }
}
