using Kyy.Bridge.Outcomes;

namespace Kyy.Bridge.Polling;

/// <summary>What an answer means for the task that was asked about. The set is closed.</summary>
internal abstract record Verdict
{
    private Verdict()
    {
    }

    /// <summary>As before: nothing to write.</summary>
    internal sealed record Unchanged : Verdict
    {
        public static Unchanged Instance { get; } = new();
    }

    /// <summary>The fault of the upstream, the way to it or the key: it concerns the lane, and no task is written for it.</summary>
    internal sealed record OfTheLane(TaskTrouble Trouble) : Verdict;

    /// <summary>Something new about this task, which goes on.</summary>
    internal sealed record News(Reading Reading) : Verdict;

    /// <summary>The task has ended.</summary>
    internal sealed record Ended(Outcome Outcome) : Verdict;
}
