using Npgsql;

namespace Kyy.Bridge.Events;

/// <summary>What a reader gets.</summary>
internal abstract record FeedAnswer
{
    private FeedAnswer() { }

    /// <summary>A page.</summary>
    /// <param name="Rows">The events.</param>
    /// <param name="Next">Where to go on.</param>
    /// <param name="HasMore">Whether there is more already.</param>
    public sealed record Page(IReadOnlyList<FeedRow> Rows, FeedCursor Next, bool HasMore) : FeedAnswer;

    /// <summary>The cursor is from before a restore or a fail-over, or events after it were removed.</summary>
    /// <param name="Earliest">Where the feed begins now.</param>
    public sealed record Expired(FeedCursor Earliest) : FeedAnswer;

    /// <summary>The events are still being put in this server's order.</summary>
    public sealed record NotYet : FeedAnswer;
}

/// <summary>The event feed: pages by transaction and id, below the horizon of transactions that may still write events.</summary>
internal sealed class EventFeed(NpgsqlDataSource dataSource, FeedNumbering numbering)
{
    /// <summary>Reads a page.</summary>
    /// <param name="client">Whose; null for everybody's.</param>
    /// <param name="after">From where; null for the earliest that is kept.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<FeedAnswer> PageAsync(Guid? client, FeedCursor? after, int limit, CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        if (await LookAsync(connection, cancellation) is not { } look) return new FeedAnswer.NotYet();

        var isOfNow = after is null || after.Value.Identity == look.Identity;
        // The one more says whether there is another page. Of an expired cursor only where the feed begins is of interest.
        var part = await ReadFeed.RunAsync(
            connection, client, isOfNow ? after?.Position : null, look.Xid, isOfNow ? limit + 1 : 0, cancellation);
        if (!isOfNow || after?.Position < part.Removed) return new FeedAnswer.Expired(new(look.Identity, part.Removed));

        FeedRow[] rows = [.. part.Rows.Take(limit)];
        var next = FeedPosition.Max(rows.Length > 0 ? rows[^1].Position : FeedPosition.Zero, after?.Position ?? part.Removed);
        var hasMore = part.Rows.Count > limit;
        // At the end of the feed the cursor follows everybody's events, so that it does not grow old while its client has none.
        return new FeedAnswer.Page(rows, new(look.Identity, hasMore ? next : FeedPosition.Max(next, part.Last)), hasMore);
    }

    /// <summary>An empty page at the feed's end.</summary>
    public async Task<FeedAnswer> EndAsync(CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        if (await LookAsync(connection, cancellation) is not { } look) return new FeedAnswer.NotYet();
        var part = await ReadFeed.RunAsync(connection, null, null, look.Xid, 0, cancellation);
        return new FeedAnswer.Page([], new(look.Identity, FeedPosition.Max(part.Last, part.Removed)), HasMore: false);
    }

    private async Task<FeedLook?> LookAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var look = await FeedHorizon.LookAsync(connection, cancellation);
        if (look.IsInOrder) return look;
        if (!await numbering.EnsureSoonAsync(cancellation)) return null;
        look = await FeedHorizon.LookAsync(connection, cancellation);
        return look.IsInOrder ? look : null;
    }
}
