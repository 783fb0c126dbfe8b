using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Tests.Faults.Campaign.Planning;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

/// <summary>Evidence of a campaign in which everything went well, about one task, for tests to change.</summary>
internal static class Ledger
{
    public const string Task = "c-completed-1";
    public const string Event = "evt_1";

    public static readonly DateTimeOffset Begin = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);
    public static readonly Guid Id = Make.NewId(), Delivery = Make.NewId();

    public static Evidence Sound { get; } = new()
    {
        Registered = [new(Task, TaskStatuses.Completed, Hook.Good, At(0))],
        Tasks = [new(Id, Task, TaskStatuses.Completed, At(0), At(4.2))],
        Events = [new(Event, Id, EventTypes.TaskCompleted, "bytes", At(4.3))],
        Deliveries = [new(Delivery, Event, Id, "http://127.0.0.1:1/", DeliveryStates.Delivered, 1, null)],
        Attempts = [new(Delivery, 1, At(4.31), TimeSpan.FromMilliseconds(5), 204, null)],
        Received = [Post(4.312)],
        Polls = [Poll(0.1), Poll(2.2) with { Gap = Seconds(2.1) }, Poll(4.2) with { Gap = Seconds(2), Ends = true }],
    };

    public static DateTimeOffset At(double seconds) => Begin + Seconds(seconds);

    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    public static ReceivedPost Post(double at, int status = 204) =>
        new(Event, Task, EventTypes.TaskCompleted, Hook.Good, At(at), "bytes", status, null, true);

    public static SeenPoll Poll(double at) => new(Task, At(at), 200, At(at + 0.01));

    public static Occurrence Occurred(OccurrenceKind kind, double from, double until, int? replica = null, string words = "") =>
        new(kind, At(from), At(until), replica, words);

    /// <summary>What the judges of evidence say, quotas aside.</summary>
    public static Tally Judge(Evidence evidence)
    {
        var tally = new Tally();
        Verdict.Judge(evidence, tally);
        return tally;
    }

    /// <summary>The kinds of what is found.</summary>
    public static FindingKind[] Found(Evidence evidence) => [.. Judge(evidence).Findings.Select(finding => finding.Kind).Distinct()];
}
