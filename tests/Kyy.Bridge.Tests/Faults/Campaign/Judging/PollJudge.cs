using Kyy.Bridge.Tests.Faults.Campaign.Planning;

namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

/// <summary>Whether no task was asked about too early, after its end, or later than whatever kept it back explains.</summary>
internal static class PollJudge
{
    // What is asked for in a document of a dead process: within a second of the answer.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    // How long a process that goes on may be between its last look and the socket.
    private static readonly TimeSpan Thawing = TimeSpan.FromSeconds(2);

    // What a request of a process that has just started goes out late by, beyond its scaled slack: it compiles. Whoever lives pushes the
    // next poll on when the answer has come.
    private static readonly TimeSpan ColdStart = TimeSpan.FromSeconds(0.25);

    // What a start that grows into its rate, a machine with two processors and a pause of the key may add to the maximum.
    private static readonly TimeSpan Allowance = TimeSpan.FromSeconds(5);

    // What a busy machine is late at now and then.
    private const double MostUnexplained = 0.02;

    // After these the request was repeated on a fresh connection.
    private static readonly string[] Broken = ["reset", "close", "http_oddity", "truncated"];

    public static void Judge(Evidence evidence, Disturbances disturbances, Tally tally)
    {
        var late = 0;
        foreach (var polls in evidence.Polls.GroupBy(poll => poll.TaskId).Select(polls => polls.OrderBy(poll => poll.At).ToArray()))
        {
            tally.Count("polls", polls.Length);
            for (var number = 1; number < polls.Length; number++)
            {
                var (before, poll) = (polls[number - 1], polls[number]);
                if (poll.WasTooEarly) JudgeEarly(before, poll, disturbances, tally);
                // An end whose asker hung up meanwhile was told to nobody.
                var end = poll.CameAfterTheEnd ? polls[..number].LastOrDefault(one => one is { Ends: true, SentAt: not null }) : null;
                if (end is not null) JudgeAfterEnd(end, poll, disturbances, tally);
                else late += JudgeLate(before, poll, disturbances, tally);
            }
        }

        if (late > MostUnexplained * evidence.Polls.Count)
            tally.Break(FindingKind.PolledLate, "", $"{late} of {evidence.Polls.Count} gaps are over the maximum without a reason");
    }

    private static void JudgeEarly(SeenPoll before, SeenPoll poll, Disturbances disturbances, Tally tally)
    {
        if (disturbances.FirstDuring(poll.At - Thawing, poll.At, OccurrenceKind.Frozen) is { } frozen)
            tally.Count($"too early, by replica {frozen.Replica} that went on at {frozen.Until:HH:mm:ss.fff}");
        else if (before.Fault is { } fault && Broken.Contains(fault))
            tally.Count("too early: repeated on a fresh connection");
        else if (poll.Gap >= CampaignSettings.Min - ColdStart && disturbances.Any(before.At, before.At + Moment, OccurrenceKind.Died))
            tally.Count("too early: whoever asked before was late, and died before it could say so");
        else
        {
            tally.Break(FindingKind.PolledTooEarly, poll.TaskId,
                $"was polled at {poll.At:HH:mm:ss.fff}, {poll.Gap!.Value.TotalMilliseconds:0} ms after the poll before");
        }
    }

    private static void JudgeAfterEnd(SeenPoll end, SeenPoll poll, Disturbances disturbances, Tally tally)
    {
        var told = end.SentAt!.Value;
        // Whoever is asked to end records what it was told before it does.
        var reason = disturbances.FirstDuring(told - Moment, told + Moment,
            OccurrenceKind.Died, OccurrenceKind.Frozen, OccurrenceKind.DatabaseAway)
            ?? disturbances.FirstDuring(poll.At - Thawing, poll.At, OccurrenceKind.Frozen);
        if (reason is not null) tally.Count($"polled after the end: {Words(reason)}");
        else
        {
            tally.Break(FindingKind.PolledAfterEnd, poll.TaskId,
                $"was polled at {poll.At:HH:mm:ss.fff} though its end was told at {told:HH:mm:ss.fff} to somebody who lived on");
        }
    }

    /// <returns>1 where the gap is over the maximum and nothing explains it.</returns>
    private static int JudgeLate(SeenPoll before, SeenPoll poll, Disturbances disturbances, Tally tally)
    {
        var gap = poll.At - before.At;
        if (gap <= CampaignSettings.Max) return 0;
        Occurrence[] reasons =
        [
            .. disturbances.During(before.At - CampaignSettings.Max, poll.At, OccurrenceKind.Died, OccurrenceKind.Restarted,
                OccurrenceKind.Frozen, OccurrenceKind.DatabaseAway, OccurrenceKind.UpstreamDown, OccurrenceKind.UpstreamOdd),
        ];
        if (reasons is [])
        {
            tally.Count("gaps over the maximum: no reason");
            return 1;
        }

        tally.Count($"gaps over the maximum: {Words(reasons.MaxBy(Weight)!)}");
        var free = reasons.Max(reason => reason.Until + Backoff(reason));
        if (poll.At - (free < poll.At ? free : poll.At) > CampaignSettings.Max + Allowance)
        {
            tally.Break(FindingKind.CameBackLate, poll.TaskId,
                $"was polled at {poll.At:HH:mm:ss.fff}, {gap.TotalSeconds:0.0} s after the poll before, "
                + $"and nothing had kept it since {free:HH:mm:ss.fff}");
        }

        return 0;
    }

    // An upstream that is away is looked at as seldom as it was away for long.
    private static TimeSpan Backoff(Occurrence reason) =>
        reason.Kind is OccurrenceKind.UpstreamDown or OccurrenceKind.UpstreamOdd ? reason.Until - reason.From : TimeSpan.Zero;

    private static int Weight(Occurrence reason) => reason.Kind switch
    {
        OccurrenceKind.DatabaseAway => 5,
        OccurrenceKind.UpstreamDown => 4,
        OccurrenceKind.Frozen => 3,
        OccurrenceKind.Died => 2,
        OccurrenceKind.UpstreamOdd => 1,
        _ => 0,
    };

    private static string Words(Occurrence reason) => reason.Kind switch
    {
        OccurrenceKind.DatabaseAway => "the database was away",
        OccurrenceKind.UpstreamDown => "the upstream was down",
        OccurrenceKind.UpstreamOdd => "the upstream misbehaved",
        OccurrenceKind.Frozen => "a replica was frozen",
        OccurrenceKind.Died => "a replica died",
        OccurrenceKind.Restarted => "a replica was restarted",
        _ => reason.Words,
    };
}
