using System.IO.Pipelines;
using Kyy.Bridge.Keys;

namespace Kyy.Bridge.Events;

/// <summary>What one stream writes: pages until it has caught up with the tail, then what the tail brings.</summary>
/// <remarks>
/// An event is written when its place is after the stream's own, so that neither way of reading repeats what the other has brought.
/// The tail's events have no gap after <see cref="FeedListener.From"/>, and pages are read until they reach it.
/// </remarks>
internal sealed class StreamWriting(
    EventFeed feed, FeedTail tail, FeedListener listener, PipeWriter output, Caller caller, Guid? client, TimeProvider time,
    CancellationToken end)
{
    /// <summary>After how long without an event a comment is sent: proxies close what is silent.</summary>
    public static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(15);

    /// <summary>How long readers are asked to wait before they connect again.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    public const int PageSize = 50;

    // In bytes: while events come faster than they are written there is no pause to flush in.
    private const int MostUnflushed = 65_536;

    // Often enough for heartbeats by a clock that a test moves.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private FeedCursor _cursor;
    private long _written;

    /// <summary>Returns when the feed is another one; else it ends by cancellation or with the connection.</summary>
    /// <param name="start">Where the reader begins.</param>
    /// <param name="first">The page from there.</param>
    public async Task RunAsync(FeedCursor start, FeedAnswer.Page first)
    {
        _cursor = start;
        StreamText.WriteStart(output, start, Retry);
        await FlushAsync();
        FeedAnswer.Page? page = first;
        while (page is not null && await CatchUpAsync(page) && await FollowAsync())
        {
            tail.Rejoin(listener);
            page = await PageAsync();
        }
    }

    // True when the tail goes on from here.
    private async Task<bool> CatchUpAsync(FeedAnswer.Page first)
    {
        FeedAnswer.Page? page = first;
        while (page is not null)
        {
            foreach (var row in page.Rows) Write(row);
            if (page.Next.Position > _cursor.Position) _cursor = page.Next;
            if (page.Rows.Count > 0) await FlushAsync();
            if (!page.HasMore)
            {
                if (listener.From is { } from && from.Position <= _cursor.Position) return true;
                if (listener.IsOver) return false;
                await Task.Delay(FeedTail.LookEvery, time, end);
            }

            page = await PageAsync();
        }

        return false;
    }

    // True when the tail has brought more than this stream could take.
    private async Task<bool> FollowAsync()
    {
        while (true)
        {
            // Asked for first: what came up to there is then in the listener, if it is for this stream.
            var upTo = listener.UpTo;
            if (listener.TryRead(out var row))
            {
                Write(row);
                if (output.UnflushedBytes >= MostUnflushed) await FlushAsync();
                continue;
            }

            if (listener.IsBehind)
            {
                await FlushAsync();
                return true;
            }

            if (listener.IsOver) return false;
            if (upTo is { } seen && seen.Position > _cursor.Position) _cursor = seen;
            if (time.GetElapsedTime(_written) >= HeartbeatEvery) StreamText.WriteHeartbeat(output, _cursor);
            if (output.UnflushedBytes > 0) await FlushAsync();
            await listener.WaitAsync(LongestWait, time, end);
        }
    }

    private async Task<FeedAnswer.Page?> PageAsync() => await feed.PageAsync(client, _cursor, PageSize, end) as FeedAnswer.Page;

    private void Write(FeedRow row)
    {
        if (row.Position <= _cursor.Position) return;
        _cursor = _cursor with { Position = row.Position };
        StreamText.WriteEvent(output, _cursor, FeedViews.Of(row, caller));
    }

    private async Task FlushAsync()
    {
        var flushed = await output.FlushAsync(end);
        _written = time.GetTimestamp();
        // The reader has left.
        if (flushed.IsCompleted || flushed.IsCanceled) throw new OperationCanceledException(end);
    }
}
