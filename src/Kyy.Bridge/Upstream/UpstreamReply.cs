using System.Collections.Immutable;

namespace Kyy.Bridge.Upstream;

/// <summary>
/// What one request for a task's result came to. The set is closed: a switch over it lists every case, and a test that runs it
/// over one of each finds the case that was forgotten. Only a <see cref="Reading"/> speaks of the task itself.
/// </summary>
internal abstract record UpstreamReply
{
    private UpstreamReply()
    {
    }

    /// <summary>An understood answer about this very task.</summary>
    internal abstract record Reading : UpstreamReply
    {
        private protected Reading(UpstreamFacts facts) => Facts = facts;

        /// <summary>What the answer said besides its status.</summary>
        public UpstreamFacts Facts { get; init; }
    }

    /// <summary>The task has not ended.</summary>
    internal sealed record Waiting(WaitingStatus Status, UpstreamFacts Facts) : Reading(Facts);

    /// <summary>The video is there.</summary>
    /// <param name="Urls">At least one storable http(s) link, at most 6 KiB together. Signed, so not for logs.</param>
    /// <param name="Facts">What the answer said besides its status.</param>
    internal sealed record Completed(ImmutableArray<string> Urls, UpstreamFacts Facts) : Reading(Facts);

    /// <summary>Said to be completed, with no usable link. The documents allow the link to come later: not an end at once.</summary>
    internal sealed record CompletedWithoutUrl(UpstreamFacts Facts) : Reading(Facts);

    /// <summary>The upstream's own failure; why, where it said so, is in <see cref="UpstreamFacts.Error"/>.</summary>
    internal sealed record Failed(UpstreamFacts Facts) : Reading(Facts);

    /// <summary>Cancelled. Documented for Seedance 1.5 only (S2 <c>002_15ca3debac9c3975.txt</c>), an end for every family.</summary>
    internal sealed record Cancelled(UpstreamFacts Facts) : Reading(Facts);

    /// <summary>Expired, in the upstream's own word. In none of the documents; neighbouring APIs say it.</summary>
    internal sealed record Expired(UpstreamFacts Facts) : Reading(Facts);

    /// <summary>The upstream says that it has no such task: too young to be readable yet, gone, or never there.</summary>
    /// <param name="StatusCode">404, 410 or 400, or 200 where an envelope without data or an object without an id said it.</param>
    internal sealed record NotFound(int StatusCode) : UpstreamReply;

    /// <summary>Nothing answers on this path: the base URL is wrong, which says nothing of the task.</summary>
    internal sealed record WrongRoute : UpstreamReply;

    /// <summary>An answer, but not provably this task's.</summary>
    internal sealed record NotOurs(NotOursReason Reason) : UpstreamReply;

    /// <summary>A JSON object that says something else than the documents do.</summary>
    /// <param name="Reason">What is wrong with it.</param>
    /// <param name="Facts">What could be read; the unknown word is its <see cref="UpstreamFacts.RawStatus"/>.</param>
    internal sealed record NotUnderstood(NotUnderstoodReason Reason, UpstreamFacts Facts) : UpstreamReply;

    /// <summary>202, 204 or 304: an answer without content.</summary>
    internal sealed record NoNews(int StatusCode) : UpstreamReply;

    /// <summary>The key, or the key for this task, was refused.</summary>
    /// <param name="StatusCode">401, 402 or 403, from HTTP or from an envelope.</param>
    internal sealed record KeyRefused(int StatusCode) : UpstreamReply;

    /// <summary>429.</summary>
    /// <param name="RetryAfter">How long to leave the key alone; null where nothing sensible was said.</param>
    internal sealed record Throttled(TimeSpan? RetryAfter) : UpstreamReply;

    /// <summary>No usable answer. A matter of the upstream and the way to it, never of the task.</summary>
    /// <param name="Kind">What went wrong.</param>
    /// <param name="StatusCode">The HTTP status, where that is what was wrong.</param>
    /// <param name="RetryAfter">How long the answer asked to be left alone, mostly with 503; null where nothing sensible was said.</param>
    internal sealed record Unreachable(UnreachableKind Kind, int? StatusCode = null, TimeSpan? RetryAfter = null) : UpstreamReply;
}

/// <summary>Where a task that has not ended stands.</summary>
internal enum WaitingStatus
{
    Queued,
    Processing,
}

/// <summary>Why an answer is not taken for this task's.</summary>
internal enum NotOursReason
{
    /// <summary>Its <c>object</c> is <c>error</c>: the create call's failure looks just like a failed task but for that.</summary>
    ErrorObject,

    /// <summary>Its <c>object</c> is not <c>video</c>: the same path serves images too.</summary>
    ForeignObject,

    /// <summary>Its <c>id</c> is another task's.</summary>
    ForeignId,

    /// <summary>It speaks of an end without saying whose.</summary>
    MissingId,
}

/// <summary>Why an answer could not be understood.</summary>
internal enum NotUnderstoodReason
{
    /// <summary>No <c>status</c>, or null.</summary>
    StatusMissing,

    /// <summary>A <c>status</c> that is no documented word and no known alias.</summary>
    StatusUnknown,

    /// <summary>A deciding member is there twice, with different values.</summary>
    Contradiction,

    /// <summary>An envelope with data whose code is not success.</summary>
    Envelope,
}
