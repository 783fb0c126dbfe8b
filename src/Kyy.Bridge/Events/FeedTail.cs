using Kyy.Bridge.Http;
using Npgsql;

namespace Kyy.Bridge.Events;

/// <summary>
/// Follows the end of the feed for all streams of this process: one look every tenth of a second, whatever their number, and none
/// while nobody listens.
/// </summary>
internal sealed class FeedTail(NpgsqlDataSource dataSource, TimeProvider time)
{
    /// <summary>How often it looks, and so how late an event is at most on an idle machine.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private const int LargestRead = 500;

    private readonly Lock _gate = new();
    private readonly HashSet<FeedListener> _listeners = [];
    private FeedCursor? _place;

    /// <summary>Joins the tail. The listener's <see cref="FeedListener.From"/> is set by the next look at the latest.</summary>
    public FeedListener Listen(Guid? client)
    {
        var listener = new FeedListener(client);
        lock (_gate)
        {
            _listeners.Add(listener);
            if (_place is { } place) listener.Join(place);
        }

        return listener;
    }

    /// <summary>Joins again, at the tail's present place.</summary>
    public void Rejoin(FeedListener listener)
    {
        lock (_gate)
        {
            if (_place is { } place) listener.Join(place);
            else listener.Part();
        }
    }

    public void Leave(FeedListener listener)
    {
        lock (_gate)
        {
            _listeners.Remove(listener);
            // The next to come is not to be brought all that happened in the meantime.
            if (_listeners.Count == 0) _place = null;
        }
    }

    /// <summary>Looks, until cancelled.</summary>
    public async Task FollowAsync(Action<Exception> failed, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            try
            {
                while (await LookAsync(cancellation)) { }
            }
            catch (Exception outage) when (DatabaseOutage.Explains(outage) && !cancellation.IsCancellationRequested)
            {
                failed(outage);
            }
        }
    }

    /// <summary>One look; true where there is more already.</summary>
    private async Task<bool> LookAsync(CancellationToken cancellation)
    {
        FeedCursor? from;
        lock (_gate)
        {
            if (_listeners.Count == 0) return false;
            from = _place;
        }

        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        var look = await FeedHorizon.LookAsync(connection, cancellation);
        if (!look.IsInOrder || (from is { } known && known.Identity != look.Identity))
        {
            EndAll();
            return false;
        }

        var part = await ReadFeed.RunAsync(connection, null, from?.Position, look.Xid, from is null ? 0 : LargestRead, cancellation);
        return Hand(part, from, look);
    }

    private bool Hand(FeedPart part, FeedCursor? from, FeedLook look)
    {
        var hasMore = part.Rows.Count == LargestRead;
        var seen = from?.Position ?? part.Removed;
        var next = new FeedCursor(look.Identity, hasMore ? part.Rows[^1].Position : FeedPosition.Max(seen, part.Last));
        lock (_gate)
        {
            // All have left meanwhile, and perhaps others have come.
            if (_listeners.Count == 0 || _place != from) return false;
            _place = next;
            foreach (var listener in _listeners)
            {
                if (listener.From is null) listener.Join(next);
                else listener.Offer(part.Rows, next);
            }
        }

        return hasMore;
    }

    private void EndAll()
    {
        lock (_gate)
        {
            foreach (var listener in _listeners) listener.End();
            _place = null;
        }
    }
}
