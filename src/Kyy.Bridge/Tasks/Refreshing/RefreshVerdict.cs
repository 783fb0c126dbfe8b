using System.Collections.Immutable;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tasks.Refreshing;

/// <summary>What an answer means for a task whose link is to be fetched afresh. The set is closed.</summary>
/// <remarks>Whatever it is, the task's status stays: the first end is final.</remarks>
internal abstract record RefreshVerdict
{
    private RefreshVerdict()
    {
    }

    /// <summary>There is a link.</summary>
    /// <param name="Urls">At least one.</param>
    /// <param name="ExpiresAt">When it dies; null where that is not documented.</param>
    /// <param name="Warnings">What is odd about the answer's links.</param>
    internal sealed record Fresh(ImmutableArray<string> Urls, DateTimeOffset? ExpiresAt, ImmutableArray<string> Warnings) : RefreshVerdict;

    /// <summary>An answer about this task, and no link: three in a row are the end of it.</summary>
    internal sealed record Refused(TaskTrouble Trouble) : RefreshVerdict;

    /// <summary>The fault of the upstream, the way to it or the key: it counts for nothing.</summary>
    internal sealed record Waits : RefreshVerdict
    {
        public static Waits Instance { get; } = new();
    }

    /// <param name="refresh">The task, as it was claimed.</param>
    /// <param name="family">Its family: how long its links live.</param>
    /// <param name="exchange">What the upstream answered.</param>
    /// <param name="isTheKeys">Whether the answer closed the key.</param>
    /// <param name="readAt">When, by the database's clock.</param>
    public static RefreshVerdict Of(
        DueRefresh refresh, ModelFamily family, UpstreamExchange exchange, bool isTheKeys, DateTimeOffset readAt) => exchange.Reply switch
        {
            UpstreamReply.Completed completed => new Fresh(
                completed.Urls, ExpiryOf(completed, refresh, family, readAt), completed.Facts.Warnings),
            UpstreamReply.Throttled or UpstreamReply.Unreachable or UpstreamReply.WrongRoute => Waits.Instance,
            UpstreamReply.KeyRefused when isTheKeys => Waits.Instance,
            UpstreamReply.KeyRefused refused => new Refused(new("forbidden", refused.StatusCode, exchange.Excerpt)),
            UpstreamReply.CompletedWithoutUrl => new Refused(new("no_url")),
            UpstreamReply.Failed failed => new Refused(new("failed", Detail: failed.Facts.Error?.Message)),
            UpstreamReply.Cancelled => new Refused(new("cancelled")),
            UpstreamReply.Expired => new Refused(new("expired")),
            UpstreamReply.Waiting => new Refused(new("not_completed")),
            UpstreamReply.NotFound missing => new Refused(new("not_found", missing.StatusCode, exchange.Excerpt)),
            UpstreamReply.NotOurs foreign => new Refused(new("not_ours", Detail: exchange.Excerpt ?? KindWord.Of(foreign.Reason))),
            UpstreamReply.NotUnderstood odd =>
                new Refused(new("not_understood", Detail: exchange.Excerpt ?? odd.Facts.RawStatus ?? KindWord.Of(odd.Reason))),
            UpstreamReply.NoNews empty => new Refused(new("no_news", empty.StatusCode)),
            var other => throw new InvalidOperationException($"No verdict for {other.GetType().Name}."),
        };

    // The same link again lives no longer for having been asked for again.
    private static DateTimeOffset? ExpiryOf(UpstreamReply.Completed reply, DueRefresh refresh, ModelFamily family, DateTimeOffset readAt) =>
        refresh.VideoUrls is [var known, ..] && reply.Urls[0] == known
            ? refresh.VideoUrlExpiresAt
            : family.LinkExpiry(reply.Facts.Created ?? refresh.Task.UpstreamCreatedAt, readAt);
}
