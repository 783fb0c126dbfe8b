using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Polling.Budgets;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Polling;

/// <summary>
/// Decides what an answer means for its task: a pure function of both. Only an understood terminal answer about the asked task
/// ends it as the upstream's; the bridge's own ends need an answer to a question that was asked past the limit.
/// </summary>
internal sealed class Judge(ModelCatalogue catalogue)
{
    // CONTRACT.md's rule 8 and DESIGN.md: three more polls for the link, three in a row for a missing record.
    private const int MorePollsForUrl = 3, NotFoundInARow = 3;

    /// <summary>The kind of trouble of a base URL at which nothing answers.</summary>
    public const string WrongRouteKind = "wrong_route";

    private const string ForbiddenKind = "forbidden";

    // How long a limit waits for its last look where every look fails for reasons that are not the task's.
    public static readonly TimeSpan LastLookLimit = TimeSpan.FromHours(24);

    /// <param name="task">The task, as it was claimed.</param>
    /// <param name="reply">What the upstream answered.</param>
    /// <param name="readAt">When, by the database's clock.</param>
    /// <param name="routeIsDoubtful">Whether so many tasks are not found that it is rather the base URL that is wrong.</param>
    /// <param name="excerpt">The answer's beginning, for people, where it told nothing of the task.</param>
    public Verdict Of(DueTask task, UpstreamReply reply, DateTimeOffset readAt, bool routeIsDoubtful = false, string? excerpt = null) =>
        new Case(catalogue, task, readAt, excerpt).Decide(reply, routeIsDoubtful);

    /// <summary>
    /// Whether a "not found" about it would count: it is old enough to be readable, and its record not yet past its life. Only those
    /// are evidence against the base URL.
    /// </summary>
    public bool ShouldBeThere(DueTask task)
    {
        var family = Find(catalogue, task.Family);
        return task.RegisteredFor >= family.NotFoundGrace && !(task.Age > family.RecordLife);
    }

    /// <summary>A refusal that is known to be this task's own by now: the upstream has answered about another one of the same key.</summary>
    /// <remarks>What a key may not see looks like what is not there, so it counts as "not found" (CONTRACT.md, A13).</remarks>
    public Verdict OfForbidden(Refusal refusal, DateTimeOffset readAt)
    {
        var (forbidden, trouble) = (new Case(catalogue, refusal.Task, readAt, null), new TaskTrouble(ForbiddenKind, refusal.StatusCode));
        return refusal.IsCertain ? forbidden.Missing(trouble, TaskErrorCodes.UpstreamForbidden) : forbidden.Noted(trouble, refusal.Task.NotFound);
    }

    // A family that a newer version knew and this one does not is polled at the default cadence rather than not at all.
    private static ModelFamily Find(ModelCatalogue catalogue, string? id) =>
        id is not null && catalogue.Find(id) is { } family ? family : catalogue.Default;

    // A value: most answers say nothing new, and those are to cost nothing.
    private readonly record struct Case(ModelCatalogue Catalogue, DueTask Task, DateTimeOffset ReadAt, string? Excerpt)
    {
        public Verdict Decide(UpstreamReply reply, bool routeIsDoubtful) => reply switch
        {
            UpstreamReply.Completed completed => Completed(completed),
            UpstreamReply.Failed failed => End(TaskStatuses.Failed, failed.Facts, UpstreamError(TaskErrorCodes.UpstreamFailed, failed.Facts)),
            UpstreamReply.Cancelled cancelled =>
                End(TaskStatuses.Cancelled, cancelled.Facts, UpstreamError(TaskErrorCodes.UpstreamCancelled, cancelled.Facts)),
            UpstreamReply.Expired expired =>
                End(TaskStatuses.Expired, expired.Facts, UpstreamError(TaskErrorCodes.UpstreamExpired, expired.Facts)),
            UpstreamReply.CompletedWithoutUrl missing => WithoutUrl(missing),
            UpstreamReply.Waiting waiting => IsOverdue ? TimedOut(waiting.Facts) : Waiting(waiting),
            UpstreamReply.NotFound when routeIsDoubtful => OfTheLane(new(WrongRouteKind, 404, Excerpt)),
            UpstreamReply.NotFound missing => Missing(new("not_found", missing.StatusCode, Excerpt), TaskErrorCodes.UpstreamNotFound),
            UpstreamReply.NotOurs foreign => Untold(new("not_ours", Detail: Excerpt ?? KindWord.Of(foreign.Reason))),
            UpstreamReply.NotUnderstood odd => Untold(new("not_understood", Detail: Excerpt ?? odd.Facts.RawStatus ?? KindWord.Of(odd.Reason))),
            UpstreamReply.NoNews => IsOverdue ? TimedOut(UpstreamFacts.None) : Verdict.Unchanged.Instance,
            UpstreamReply.WrongRoute => OfTheLane(new(WrongRouteKind, 404, Excerpt)),
            UpstreamReply.KeyRefused refused => OfTheLane(new("key_refused", refused.StatusCode, Excerpt)),
            UpstreamReply.Throttled => OfTheLane(new("throttled", 429, Excerpt)),
            UpstreamReply.Unreachable unreachable => OfTheLane(new(KindWord.Of(unreachable.Kind), unreachable.StatusCode, Excerpt)),
            _ => throw new InvalidOperationException($"No verdict for {reply.GetType().Name}."),
        };

        // As of the claim, so that the question itself was asked past the limit.
        private bool IsOverdue => Task.DeadlineIn <= TimeSpan.Zero;

        private Verdict Completed(UpstreamReply.Completed reply) => new Verdict.Ended(Outcome(TaskStatuses.Completed, reply.Facts, null) with
        {
            VideoUrls = reply.Urls,
            VideoUrlExpiresAt = Family(reply.Facts).LinkExpiry(reply.Facts.Created ?? Task.UpstreamCreatedAt, ReadAt),
            ActualDuration = (decimal?)reply.Facts.ActualDuration,
        });

        private Verdict WithoutUrl(UpstreamReply.CompletedWithoutUrl reply)
        {
            if (Task.UrlMissing >= MorePollsForUrl)
                return End(TaskStatuses.CompletedWithoutUrl, reply.Facts, new TaskError(TaskErrorCodes.NoUrl, null));
            return new Verdict.News(Reading(Task.Status, reply.Facts) with
            {
                UrlMissing = Task.UrlMissing + 1,
                Trouble = new("no_url"),
                ConsecutiveFailures = Task.ConsecutiveFailures + 1,
            });
        }

        private Verdict Waiting(UpstreamReply.Waiting reply)
        {
            var status = reply.Status switch
            {
                WaitingStatus.Queued => TaskStatuses.Queued,
                WaitingStatus.Processing => TaskStatuses.Processing,
                _ => throw new InvalidOperationException($"No status for {reply.Status}."),
            };
            var advances = Rank(status) > Rank(Task.Status);
            if (!advances && !Tells(reply.Facts)) return Verdict.Unchanged.Instance;
            var reading = Reading(advances ? status : Task.Status, reply.Facts);
            return new Verdict.News(advances && Task.WantsTransitions ? reading with { EventType = "task." + status } : reading);
        }

        // A model's name or a creation time that was not known, or the end of a row of failures.
        private bool Tells(UpstreamFacts facts) =>
            (facts.Model is not null && (Task.Family is null || facts.Model != Task.Model))
            || (facts.Created is not null && Task.UpstreamCreatedAt is null)
            || Task.ConsecutiveFailures > 0 || Task.NotFound > 0;

        /// <summary>There is no such task for this key: too young to be readable yet, gone after its life, or not there.</summary>
        public Verdict Missing(TaskTrouble trouble, string errorCode)
        {
            var isYoung = Task.RegisteredFor < Find(Catalogue, Task.Family).NotFoundGrace;
            var inARow = isYoung ? 0 : Task.NotFound + 1;
            if (inARow < NotFoundInARow) return Untold(trouble, inARow);
            return IsPastRecordLife
                ? End(TaskStatuses.Expired, UpstreamFacts.None, new(TaskErrorCodes.UpstreamExpired, null))
                : End(TaskStatuses.Lost, UpstreamFacts.None, new(errorCode, null));
        }

        private bool IsPastRecordLife => Find(Catalogue, Task.Family).RecordLife is { } life && Task.Age > life;

        /// <summary>An answer that concerns this task alone and tells nothing of it: it lives on, and somebody should look.</summary>
        private Verdict Untold(TaskTrouble trouble, int notFound = 0) => IsOverdue
            ? TimedOut(UpstreamFacts.None)
            : Noted(trouble, notFound);

        /// <summary>It lives on, whatever its deadline, and what was wrong is kept.</summary>
        public Verdict Noted(TaskTrouble trouble, int notFound = 0) => new Verdict.News(Reading(Task.Status, UpstreamFacts.None) with
        {
            NotFound = notFound,
            Trouble = trouble,
            ConsecutiveFailures = Task.ConsecutiveFailures + 1,
        });

        private Verdict OfTheLane(TaskTrouble trouble) =>
            Task.DeadlineIn <= -LastLookLimit && !Task.LimitWaits ? TimedOut(UpstreamFacts.None) : new Verdict.OfTheLane(trouble);

        private Verdict TimedOut(UpstreamFacts facts) => End(TaskStatuses.TimedOut, facts, new(TaskErrorCodes.Deadline, null));

        private Verdict End(string status, UpstreamFacts facts, TaskError error) => new Verdict.Ended(Outcome(status, facts, error));

        private Outcome Outcome(string status, UpstreamFacts facts, TaskError? error) => new()
        {
            Task = Task.Id,
            Status = status,
            Family = Task.Family ?? Family(facts).Id,
            Model = facts.Model,
            UpstreamCreatedAt = facts.Created,
            Error = error,
            Warnings = facts.Warnings,
            EndedAt = ReadAt,
        };

        private Reading Reading(string status, UpstreamFacts facts) => new()
        {
            Task = Task.Id,
            Status = status,
            Family = Task.Family ?? (facts.Model is null ? null : Catalogue.ForModel(facts.Model).Id),
            Model = facts.Model,
            UpstreamCreatedAt = facts.Created,
            UrlMissing = Task.UrlMissing,
            ReadAt = ReadAt,
        };

        // What the caller named, what an earlier answer's model told, what this one's tells.
        private ModelFamily Family(UpstreamFacts facts) =>
            Task.Family is null && facts.Model is not null ? Catalogue.ForModel(facts.Model) : Find(Catalogue, Task.Family);
    }

    private static TaskError UpstreamError(string code, UpstreamFacts facts) => new(code, facts.Error?.Message);

    private static int Rank(string status) => status switch
    {
        TaskStatuses.Registered => 0,
        TaskStatuses.Queued => 1,
        _ => 2,
    };
}
