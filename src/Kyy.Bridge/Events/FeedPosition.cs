namespace Kyy.Bridge.Events;

/// <summary>A place in the feed: after the event of this transaction and id. The order is PostgreSQL's of <c>(xid, id)</c>.</summary>
/// <param name="Xid">The number of the transaction that wrote the event.</param>
/// <param name="Id">The event's id: orders those of one transaction.</param>
internal readonly record struct FeedPosition(ulong Xid, Guid Id) : IComparable<FeedPosition>
{
    /// <summary>Before everything.</summary>
    public static FeedPosition Zero => default;

    /// <summary>After all events of a transaction. It names no event, which might be another client's.</summary>
    public static FeedPosition AfterAllOf(ulong xid) => new(xid, Guid.AllBitsSet);

    public int CompareTo(FeedPosition other) => Xid == other.Xid ? Id.CompareTo(other.Id) : Xid.CompareTo(other.Xid);

    public static bool operator <(FeedPosition left, FeedPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(FeedPosition left, FeedPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(FeedPosition left, FeedPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(FeedPosition left, FeedPosition right) => left.CompareTo(right) >= 0;

    /// <summary>The later of two.</summary>
    public static FeedPosition Max(FeedPosition left, FeedPosition right) => left > right ? left : right;
}
