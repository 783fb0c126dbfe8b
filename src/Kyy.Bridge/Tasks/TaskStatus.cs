namespace Kyy.Bridge.Tasks;

/// <summary>The statuses of a task, as they stand in the database and on the wire.</summary>
internal static class TaskStatus
{
    public const string Registered = "registered", Queued = "queued", Processing = "processing";

    public const string Completed = "completed", CompletedWithoutUrl = "completed_without_url", Failed = "failed",
        Cancelled = "cancelled", Expired = "expired", Lost = "lost", TimedOut = "timed_out", Stopped = "stopped";

    public static readonly IReadOnlyList<string> InFlight = [Registered, Queued, Processing];

    public static readonly IReadOnlyList<string> Ended =
        [Completed, CompletedWithoutUrl, Failed, Cancelled, Expired, Lost, TimedOut, Stopped];

    public static readonly IReadOnlyList<string> All = [.. InFlight, .. Ended];

    /// <summary>How far a task has come: an answer that says less than an earlier one undoes nothing.</summary>
    public static int Rank(string status) => status switch
    {
        Registered => 0,
        Queued => 1,
        Processing => 2,
        _ => 3,
    };
}
