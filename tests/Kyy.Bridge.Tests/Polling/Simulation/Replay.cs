namespace Kyy.Bridge.Tests.Polling.Simulation;

/// <summary>Polls tasks under a virtual clock, all of them together, each until its end is found.</summary>
internal static class Replay
{
    /// <summary>Tasks come one after the other at this distance.</summary>
    private static readonly TimeSpan Arrival = TimeSpan.FromMilliseconds(40);

    /// <param name="tasks">The tasks, in the order of their creation.</param>
    /// <param name="next">The plan: the interval after a poll at that age of the task.</param>
    public static ReplayResult Run(IReadOnlyList<SimulatedTask> tasks, Func<TimeSpan, TimeSpan> next)
    {
        var due = new PriorityQueue<int, TimeSpan>(tasks.Select((task, i) => (i, Arrival * i + task.RegisteredAfter)));
        var (polls, delays) = (0L, new List<TimeSpan>(tasks.Count));
        // The clock stands at the poll that is due first: nothing happens between two polls.
        while (due.TryDequeue(out var i, out var clock))
        {
            polls++;
            var age = clock - Arrival * i;
            if (age >= tasks[i].Duration) delays.Add(age - tasks[i].Duration);
            else due.Enqueue(i, clock + next(age));
        }

        delays.Sort();
        return new(
            polls / (double)tasks.Count,
            delays.Average(delay => delay.TotalSeconds),
            delays[(int)(tasks.Count * 0.95)].TotalSeconds);
    }
}

/// <summary>What a plan comes to.</summary>
/// <param name="PollsWithFirst">Polls a task.</param>
/// <param name="MeanDelay">Seconds from a video's end to the poll that finds it.</param>
/// <param name="Delay95">What 95 of 100 videos wait no longer than, in seconds.</param>
internal sealed record ReplayResult(double PollsWithFirst, double MeanDelay, double Delay95)
{
    /// <summary>Polls that a plan decides about: the one at the registration is the same in all of them and finds no end here.</summary>
    public double Polls => PollsWithFirst - 1;
}
