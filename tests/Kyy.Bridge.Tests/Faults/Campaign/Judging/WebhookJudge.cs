using Kyy.Bridge.Tests.Faults.Campaign.Planning;

namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

/// <summary>Whether every POST was signed, about something committed, always the same, and repeated only where that has a reason.</summary>
internal static class WebhookJudge
{
    // How long an answer takes to become a row: batches, a busy machine, a statement's time-out.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    // Two clocks are compared here: that of the server and that of the receiver's process. They are of one machine.
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(5);

    // What is promised for deliveries that a dead process held.
    private static readonly TimeSpan BackWithin = CampaignSettings.Lease + TimeSpan.FromSeconds(30);

    public static void Judge(Evidence evidence, Disturbances disturbances, Tally tally)
    {
        var stored = evidence.Events.ToDictionary(one => one.Id);
        var attempts = AttemptsByPost(evidence);
        foreach (var post in evidence.Received) JudgeAlone(post, stored.GetValueOrDefault(post.EventId), tally);
        foreach (var same in evidence.Received.GroupBy(post => (post.EventId, post.Hook)))
        {
            ReceivedPost[] posts = [.. same.OrderBy(post => post.At)];
            StoredAttempt[] written = [.. attempts[same.Key].OrderBy(attempt => attempt.Number)];
            JudgeRepeats(posts, written, disturbances, tally);
            JudgeFirst(posts[0], stored.GetValueOrDefault(posts[0].EventId), disturbances, tally);
        }

        foreach (var ends in evidence.Received.GroupBy(post => post.TaskId)
            .Where(ends => ends.Select(post => post.EventId).Distinct().Count() > 1))
            tally.Break(FindingKind.TwoEvents, ends.Key,
                $"was told of by {string.Join(" and ", ends.Select(post => post.EventId).Distinct())}");
    }

    private static ILookup<(string EventId, Hook Hook), StoredAttempt> AttemptsByPost(Evidence evidence)
    {
        var deliveries = evidence.Deliveries.ToDictionary(delivery => delivery.Id);
        var hooks = evidence.Registered.ToDictionary(task => task.TaskId, task => task.Hook);
        var tasks = evidence.Tasks.ToDictionary(task => task.Id, task => task.TaskId);
        return evidence.Attempts.Where(attempt => deliveries.ContainsKey(attempt.Delivery)).ToLookup(attempt =>
        {
            var delivery = deliveries[attempt.Delivery];
            return (delivery.Event, hooks.GetValueOrDefault(tasks[delivery.Task]));
        });
    }

    private static void JudgeAlone(ReceivedPost post, StoredEvent? stored, Tally tally)
    {
        tally.Count("webhooks received");
        if (post.Flaw is { } flaw)
            tally.Break(FindingKind.WronglySigned, post.TaskId,
                $"a webhook at {post.At:HH:mm:ss.fff} did not verify: {flaw}");
        if (stored is null)
            tally.Break(FindingKind.SentUncommitted, post.TaskId,
                $"its receiver heard of {post.EventId} at {post.At:HH:mm:ss.fff}, which is not there");
        else if (stored.Body != post.Body)
            tally.Break(FindingKind.TwoEvents, post.TaskId, $"{post.EventId} was sent with other bytes than are stored");
        else if (post.WasCommitted == false)
            tally.Break(FindingKind.SentUncommitted, post.TaskId,
                $"its receiver heard of {post.EventId} at {post.At:HH:mm:ss.fff}, when nobody else could see it");
        else if (stored.CommittedAt is { } committed && post.At < committed - Grain)
            tally.Break(FindingKind.SentUncommitted, post.TaskId,
                $"its receiver heard of {post.EventId} {(committed - post.At).TotalMilliseconds:0} ms before the commit");
    }

    private static void JudgeRepeats(ReceivedPost[] posts, StoredAttempt[] written, Disturbances disturbances, Tally tally)
    {
        for (var next = 1; next < posts.Length; next++)
        {
            var (before, again) = (posts[next - 1], posts[next]);
            if (!before.WasAccepted) continue;
            tally.Count("duplicates, same id");
            if (Reason(before, again, written, disturbances) is { } reason) tally.Count($"duplicates: {reason}");
            else
            {
                tally.Break(FindingKind.SentTwice, again.TaskId,
                    $"accepted at {before.At:HH:mm:ss.fff} and sent again at {again.At:HH:mm:ss.fff}, "
                    + "though nothing kept it from being settled");
            }

            if (again.At - before.At > BackWithin && !disturbances.Any(before.At + BackWithin, again.At, OccurrenceKind.DatabaseAway))
                tally.Break(FindingKind.CameBackLate, again.TaskId,
                    $"was sent again {(again.At - before.At).TotalSeconds:0.0} s later, and had {BackWithin.TotalSeconds:0} s");
        }
    }

    /// <summary>
    /// Why a POST that was accepted was followed by another: its settle was never written, or only when its lease had ended. Where it was
    /// written in time, there is none.
    /// </summary>
    private static string? Reason(ReceivedPost before, ReceivedPost again, StoredAttempt[] written, Disturbances disturbances)
    {
        var settled = written.LastOrDefault(attempt =>
            attempt.StartedAt <= before.At + Grain && attempt.EndedAt >= before.At - Grain);
        if (settled?.Error is not null) return "its sender did not wait for the answer";
        if (WasInHand(again, written, disturbances)) return "in the hands of a process that was frozen";
        // A lease outlasts the exchange that is begun under it: whoever sends within that time does not own the delivery.
        if (again.At - before.At < CampaignSettings.Timeout - Settling) return null;
        var until = settled is null ? before.At + CampaignSettings.Lease : settled.EndedAt + Settling;
        return disturbances.During(before.At - Settling, until,
                OccurrenceKind.Died, OccurrenceKind.Frozen, OccurrenceKind.DatabaseAway)
            .Select(one => Counts(one, before, settled)).FirstOrDefault(word => word is not null);
    }

    // Begun before its sender was frozen, and sent when it went on: no attempt of anybody's began meanwhile that could be this one.
    private static bool WasInHand(ReceivedPost again, StoredAttempt[] written, Disturbances disturbances) =>
        !written.Any(attempt => attempt.StartedAt <= again.At + Grain && attempt.StartedAt > again.At - Settling)
        && disturbances.During(again.At - Settling, again.At, OccurrenceKind.Frozen)
            .Any(one => written.Any(attempt => attempt.StartedAt <= one.From + Grain && attempt.EndedAt >= one.Until - Grain));

    // A replica that was frozen already had not sent this.
    private static string? Counts(Occurrence one, ReceivedPost before, StoredAttempt? settled) => one.Kind switch
    {
        OccurrenceKind.Frozen when one.From >= before.At - Settling => "its sender was frozen",
        OccurrenceKind.DatabaseAway => "the database was away",
        OccurrenceKind.Died when settled is null && one.From >= before.At - Settling => "its sender died",
        _ => null,
    };

    private static void JudgeFirst(ReceivedPost first, StoredEvent? stored, Disturbances disturbances, Tally tally)
    {
        if (first.Hook is not (Hook.Good or Hook.Endpoint) || stored?.CommittedAt is not { } committed) return;
        var took = first.At - committed;
        if (took > CampaignSettings.Lease) tally.Count("first attempts later than a lease");
        if (took > BackWithin && !disturbances.Any(committed + BackWithin, first.At, OccurrenceKind.DatabaseAway))
            tally.Break(FindingKind.CameBackLate, first.TaskId,
                $"was sent first {took.TotalSeconds:0.0} s after its end, and had {BackWithin.TotalSeconds:0} s");
    }
}
