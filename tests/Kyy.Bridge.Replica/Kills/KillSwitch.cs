using System.Diagnostics;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Replica.Signals;

namespace Kyy.Bridge.Replica.Kills;

/// <summary>Counts how often a point is passed, and kills the process by SIGKILL when its turn has come.</summary>
internal sealed class KillSwitch
{
    private readonly Kill _kill;

    // Looked up beforehand: nothing is to happen between the point and the signal.
    private readonly Process _self = Process.GetCurrentProcess();
    private int _passed;

    private KillSwitch(Kill kill) => _kill = kill;

    /// <summary>Has the point found by what the process's own database and HTTP clients tell.</summary>
    /// <param name="kill">When.</param>
    /// <param name="database">What the database client tells.</param>
    /// <param name="requests">What the HTTP clients tell.</param>
    /// <param name="upstream">Whose requests are polls; all others are webhooks.</param>
    public static void Arm(Kill kill, DatabaseSignals database, RequestSignals requests, Uri upstream)
    {
        var armed = new KillSwitch(kill);
        database.Executing += (_, statements) => armed.PassIf(kill.At == KillPoint.InRecordTransaction && AreRecord(statements));
        database.Executed += (_, statements) => armed.PassIf(
            (kill.At == KillPoint.AfterClaim && statements.Contains(ClaimDueTasks.MoveOn))
            || (kill.At == KillPoint.AfterCommit && AreRecord(statements)));
        requests.Answered += request => armed.PassIf(
            (kill.At == KillPoint.AfterGet && request.GoesTo(upstream)) || (kill.At == KillPoint.AfterPost && !request.GoesTo(upstream)));
    }

    private static bool AreRecord(IReadOnlyList<string> statements) =>
        statements.Contains(RecordOutcomes.Sql) && statements.Contains(InsertEvents.Sql);

    private void PassIf(bool isThere)
    {
        if (!isThere || Interlocked.Increment(ref _passed) != _kill.Nth) return;
        if (_kill.After == TimeSpan.Zero) _self.Kill();
        else new Thread(KillLater) { IsBackground = true }.Start(TimeProvider.System.GetTimestamp());
    }

    // Counted by spinning: a timer comes a millisecond late, and all that is wanted is over by then.
    private void KillLater(object? passedAt)
    {
        while (TimeProvider.System.GetElapsedTime((long)passedAt!) < _kill.After) Thread.SpinWait(10);
        _self.Kill();
    }
}
