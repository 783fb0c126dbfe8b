namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>What an emulated upstream has seen so far.</summary>
internal sealed record EmulatorReport
{
    /// <summary>Enough to find a fault by; the counts are complete.</summary>
    private const int MostExamples = 100;

    private static readonly Violation[] Kinds = [.. Enum.GetValues<Violation>().Where(kind => kind != Violation.None)];

    public required int Tasks { get; init; }

    public required int Polls { get; init; }

    public required int MostParallel { get; init; }

    public required int Unrouted { get; init; }

    public required TimeSpan? SmallestGap { get; init; }

    public required TimeSpan? LargestGap { get; init; }

    /// <summary>Polls by the code they were answered with; 0 are those not answered yet.</summary>
    public required IReadOnlyDictionary<int, int> Answers { get; init; }

    /// <summary>Polls by kind of violation, every kind being named; a poll can be of several.</summary>
    public required IReadOnlyDictionary<Violation, int> Violations { get; init; }

    public required IReadOnlyList<PollOfId> Examples { get; init; }

    public static EmulatorReport Of(EmulatedTasks tasks, PollLedger ledger)
    {
        var polls = ledger.Histories.SelectMany(history => history.Value.Polls, (history, poll) => new PollOfId(history.Key, poll)).ToList();
        return new()
        {
            Tasks = tasks.Count,
            Polls = polls.Count,
            MostParallel = ledger.MostParallel,
            Unrouted = ledger.Unrouted,
            SmallestGap = polls.Min(asked => asked.Poll.Gap),
            LargestGap = polls.Max(asked => asked.Poll.Gap),
            Answers = polls.CountBy(asked => asked.Poll.StatusCode).ToDictionary(),
            Violations = Kinds.ToDictionary(kind => kind, kind => polls.Count(asked => asked.Poll.Violations.HasFlag(kind))),
            Examples = [.. polls.Where(asked => asked.Poll.Violations != Violation.None).Take(MostExamples)],
        };
    }
}

/// <summary>A poll and the id it asked for.</summary>
internal readonly record struct PollOfId(string Id, Poll Poll);
