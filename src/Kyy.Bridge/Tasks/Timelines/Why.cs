using System.Globalization;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Http;
using Kyy.Bridge.Polling;

namespace Kyy.Bridge.Tasks.Timelines;

/// <summary>Why a task stands as it does, in a sentence or two for a person on call: a pure function of the facts.</summary>
internal static class Why
{
    public static string Of(TimelineFacts facts) => facts.View.Ended ? Ended(facts) : Alive(facts);

    /// <summary>A failure in a few words, for instance <c>not_found, 404</c>.</summary>
    public static string Words(TaskFailure failure) =>
        failure.StatusCode is { } status ? $"{failure.Kind}, {status.ToString(CultureInfo.InvariantCulture)}" : failure.Kind;

    private static string Alive(TimelineFacts facts)
    {
        var sentence = Hindrance(facts, "its tasks wait") ?? Progress(facts);
        if (facts.View.DeadlineAt > facts.Now) return sentence;
        // A limit waits for a look that was made after it, for a day.
        var deadline = facts.View.DeadlineAt;
        return $"{sentence} Its deadline passed at {At(deadline)} and waits for that, until {At(deadline + Judge.LastLookLimit)} at the latest.";
    }

    /// <summary>What keeps the upstream from being asked; null where nothing does.</summary>
    private static string? Hindrance(TimelineFacts facts, string who)
    {
        var key = facts.Key;
        if (facts.PollingHeldSince is { } held) return $"The operator has held polling since {At(held)}: it waits until that is released.";
        if (key.IsGone) return $"Its upstream key '{key.Name}' was deleted: {who} until one of that name is set again.";
        if (key.State == UpstreamKeyStates.Rejected)
            return $"The upstream refuses the key '{key.Name}' since {At(key.Since)}; {who} until it is replaced.";
        if (key.State != UpstreamKeyStates.Throttled) return null;
        var cause = key.Reason == "throttled"
            ? $"The upstream has asked for fewer requests with the key '{key.Name}'"
            : $"The upstream gives no usable answer ({key.Reason ?? "unknown"})";
        return key.PausedUntil is { } until && until > facts.Now
            ? $"{cause}, so that nothing is asked until {At(until)}; {who} until then."
            : $"{cause}; one call at a time asks whether it does again, and {who}.";
    }

    private static string Progress(TimelineFacts facts)
    {
        var (view, next) = (facts.View, facts.View.NextPollAt ?? facts.Now);
        if (facts.Now - next > facts.Window.Max)
            return $"A poll has been due since {At(next)} and was not made: no worker runs, or there is more to do than may be asked.";
        if (view.Polls == 0) return "It was registered and has not been asked about yet; the first poll is due now.";
        var poll = next > facts.Now ? $"the next poll is at {At(next)}" : "the next poll is due now";
        if (view is { ConsecutiveFailures: > 0, LastFailure: { } failure })
            return $"{Polls(view.ConsecutiveFailures)} no usable answer ({Words(failure)}); {poll}.";
        return view.Status switch
        {
            TaskStatuses.Queued => $"The upstream has it in its queue; {poll}.",
            TaskStatuses.Processing => $"The upstream is processing it; {poll}.",
            _ => $"The upstream has not said yet where it stands; {poll}.",
        };
    }

    private static string Ended(TimelineFacts facts)
    {
        var row = facts.Row;
        var end = row.Status == TaskStatuses.Stopped
            ? $"It was stopped at {At(row.EndedAt!.Value)}"
            : $"It has ended as {row.Status}{Because(row)}";
        var refresh = row.RefreshDueAt is { } due ? " " + Refresh(facts, due) : "";
        return $"{end}; {Deliveries(facts)}.{refresh}";
    }

    private static string Because(TrackedTask row) => row.ErrorCode switch
    {
        null => "",
        TaskErrorCodes.Deadline => ", as its deadline passed",
        TaskErrorCodes.UpstreamNotFound => ", as the upstream does not know it",
        TaskErrorCodes.UpstreamForbidden => ", as the upstream does not speak of it to this key",
        TaskErrorCodes.NoUrl => ", as the upstream gave no link",
        _ => ", as the upstream says",
    };

    private static string Refresh(TimelineFacts facts, DateTimeOffset due) =>
        Hindrance(facts, "the fresh link that was asked for waits")
        ?? (due > facts.Now ? $"A fresh link is asked for at {At(due)}." : "A fresh link is asked for now.");

    private static string Deliveries(TimelineFacts facts)
    {
        var counts = facts.View.Deliveries;
        var all = counts.Pending + counts.Delivered + counts.Dead + counts.Cancelled;
        if (all == 0) return facts.Row.Status == TaskStatuses.Stopped ? "nobody is told of that" : "there is nobody to be told";
        if (counts.Pending > 0) return $"{Part(counts.Pending, all)} pending{Pending(facts)}{Dead(counts.Dead)}";
        if (counts.Dead > 0)
            return $"{Part(counts.Dead, all)} dead and can be sent again{Last(facts)}";
        if (counts.Cancelled == all) return all == 1 ? "its delivery was cancelled" : $"all {Number(all)} deliveries were cancelled";
        if (counts.Cancelled > 0) return $"{Number(counts.Delivered)} of {Number(all)} deliveries arrived and the rest were cancelled";
        return all == 1 ? "its delivery has arrived" : $"all {Number(all)} deliveries have arrived";
    }

    // Of several the one that comes first; of those that cannot come any.
    private static string Pending(TimelineFacts facts)
    {
        var pending = facts.Deliveries.Where(delivery => delivery.IsPending).ToList();
        var first = pending.Where(delivery => delivery.CanBeSent).MinBy(delivery => delivery.AttemptAt) ?? pending.FirstOrDefault();
        return first switch
        {
            null => "",
            { HeldSince: { } held } => $", held by the operator since {At(held)}",
            { DisabledSince: { } since } => $", as the endpoint {first.To} is disabled since {At(since)} ({first.DisabledReason ?? "unknown"})",
            { LeasedUntil: not null } => $"{After(first.Attempts - 1)}, and an attempt may be under way",
            _ when first.AttemptAt > facts.Now => $"{After(first.Attempts)}, the next is at {At(first.AttemptAt.Value)}",
            _ => $"{After(first.Attempts)}, the next is due now",
        };
    }

    private static string Dead(int dead) => dead == 0 ? "" : $", and {Number(dead)} {(dead == 1 ? "is" : "are")} dead";

    private static string Last(TimelineFacts facts) =>
        facts.Deliveries.FirstOrDefault(delivery => delivery.State == DeliveryState.Dead) is { } dead && dead.DeadReason is { } reason
            ? $" ({dead.To}: {reason})"
            : "";

    private static string After(int failed) => failed switch
    {
        <= 0 => "",
        1 => " after 1 failed attempt",
        _ => $" after {Number(failed)} failed attempts",
    };

    private static string Part(int some, int all) =>
        all == 1 ? "its delivery is" : $"{Number(some)} of {Number(all)} deliveries {(some == 1 ? "is" : "are")}";

    private static string Polls(int failures) => failures == 1 ? "The last poll brought" : $"The last {Number(failures)} polls brought";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string At(DateTimeOffset time) => WireTime.Format(time);
}
