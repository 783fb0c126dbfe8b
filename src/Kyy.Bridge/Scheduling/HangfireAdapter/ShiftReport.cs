using System.Globalization;

namespace Kyy.Bridge.Scheduling.HangfireAdapter;

/// <summary>What came of a shift.</summary>
/// <param name="Replica">Who worked it.</param>
/// <param name="Lasted">From its begin to the next one's, or to its own end.</param>
/// <param name="Did">What was done meanwhile.</param>
internal readonly record struct ShiftReport(string Replica, TimeSpan Lasted, ShiftTally Did)
{
    /// <summary>The sentence that the dashboard shows as the job's result.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"done {Did.Done}, runs {Did.Runs}, failed {Did.Failed}; {Lasted.TotalSeconds:0.0} s on replica {Replica}");
}

/// <summary>What a work has done.</summary>
/// <param name="Runs">How often it ran.</param>
/// <param name="Done">Polls or attempts begun, rows removed or repaired.</param>
/// <param name="Failed">How many of the runs failed; the log says why.</param>
internal readonly record struct ShiftTally(int Runs, int Done, int Failed)
{
    public static ShiftTally operator +(ShiftTally a, ShiftTally b) => new(a.Runs + b.Runs, a.Done + b.Done, a.Failed + b.Failed);

    public static ShiftTally operator -(ShiftTally a, ShiftTally b) => new(a.Runs - b.Runs, a.Done - b.Done, a.Failed - b.Failed);
}
