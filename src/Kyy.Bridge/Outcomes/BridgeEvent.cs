namespace Kyy.Bridge.Outcomes;

/// <summary>An immutable fact about a task, with the bytes that are signed and sent.</summary>
internal sealed class BridgeEvent
{
    public required Guid Id { get; init; }
    public required Guid ClientId { get; init; }
    public Guid? TaskId { get; init; }
    public required string Type { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public required byte[] Payload { get; init; }
    public DateTimeOffset? LinkExpiresAt { get; init; }

    /// <summary>The transaction that wrote it: what the feed pages by.</summary>
    public ulong Xid { get; init; }
}
