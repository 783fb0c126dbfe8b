namespace Kyy.Bridge.Outcomes;

/// <summary>The one row of what the event feed has to know of itself.</summary>
internal sealed class FeedState
{
    public bool OnlyRow { get; init; }

    /// <summary>The server and its history that <see cref="BridgeEvent.Xid"/> counts in; null until the first look.</summary>
    public string? Identity { get; init; }

    /// <summary>The last position that was removed for its age: a cursor before it may have missed something.</summary>
    public ulong? RemovedXid { get; init; }
    public Guid? RemovedId { get; init; }
}
