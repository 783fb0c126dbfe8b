namespace Kyy.Bridge.Tasks;

/// <summary>A URL that one task's events go to, and which of them.</summary>
internal sealed class TaskCallback
{
    public required Guid Id { get; init; }
    public required Guid TaskId { get; init; }
    public required string Url { get; init; }
    public required int Destination { get; init; }
    public required string[] Events { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Set when the receiver answered 410: it wants no more.</summary>
    public DateTimeOffset? DisabledAt { get; init; }
}
