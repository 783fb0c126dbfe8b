namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

/// <summary>What happened to the tasks about which something was found: everything that is known of each, in order.</summary>
internal static class Stories
{
    private const int MostTold = 5;

    public static IEnumerable<string> Of(Verdict verdict, Evidence evidence) => verdict.Findings
        .Select(finding => finding.TaskId).Where(task => task.Length > 0).Distinct().Take(MostTold)
        .SelectMany(task => (string[])["", $"The story of {task}:", .. Of(task, evidence)]);

    private static IEnumerable<string> Of(string task, Evidence evidence)
    {
        var told = Facts(task, evidence).OrderBy(fact => fact.At).ToArray();
        if (told is []) return ["  nothing is known of it"];
        var (from, until) = (told[0].At.AddSeconds(-1), told[^1].At.AddSeconds(1));
        var around = evidence.Occurrences.Where(one => one.Meets(from, until))
            .Select(one => (At: one.From, Words: $"    {one.Kind} {one.Replica} until {one.Until:HH:mm:ss.fff}: {one.Words}"));
        return told.Concat(around).OrderBy(fact => fact.At).Select(fact => $"  {fact.At:HH:mm:ss.fff}  {fact.Words}");
    }

    private static IEnumerable<(DateTimeOffset At, string Words)> Facts(string task, Evidence evidence)
    {
        foreach (var accepted in evidence.Registered.Where(one => one.TaskId == task && one.AcceptedAt is not null))
            yield return (accepted.AcceptedAt!.Value, $"registration accepted; to end {accepted.Status}, told to {accepted.Hook}");
        foreach (var poll in evidence.Polls.Where(one => one.TaskId == task))
            yield return (poll.At,
                $"polled: {poll.StatusCode} {poll.Fault}{(poll.Ends ? " the end" : "")}, answered {poll.SentAt:HH:mm:ss.fff}");
        foreach (var row in evidence.Tasks.Where(one => one.TaskId == task))
        {
            yield return (row.RegisteredAt, "registered, as the database has it");
            if (row.EndedAt is { } ended) yield return (ended, $"ended {row.Status}");
            foreach (var one in evidence.Events.Where(one => one.Task == row.Id))
                yield return (one.CommittedAt ?? row.EndedAt ?? row.RegisteredAt, $"{one.Id} {one.Type} committed");
            foreach (var delivery in evidence.Deliveries.Where(one => one.Task == row.Id))
            {
                foreach (var attempt in evidence.Attempts.Where(one => one.Delivery == delivery.Id))
                    yield return (attempt.StartedAt,
                        $"attempt {attempt.Number}: {attempt.StatusCode}{attempt.Error} after {attempt.Duration.TotalMilliseconds:0} ms; "
                        + $"now {delivery.State}");
            }
        }

        foreach (var post in evidence.Received.Where(one => one.TaskId == task))
            yield return (post.At, $"webhook {post.EventId} received, answered {post.StatusCode}{post.Flaw}");
    }
}
