namespace Kyy.Bridge.Persistence;

/// <summary>Makes the keys of new rows: UUIDv7, so that rows made together lie together in an index.</summary>
internal sealed class Ids(TimeProvider time)
{
    /// <summary>A new id. Ids of different replicas are not ordered by time: lists sort by database time first.</summary>
    public Guid Next() => Guid.CreateVersion7(time.GetUtcNow());
}
