namespace Kyy.Bridge.Scheduling.HangfireAdapter;

/// <summary>How long shifts are, and how often they are called.</summary>
internal static class Shift
{
    /// <summary>Every ten seconds. Hangfire's scheduler is asked once a second, so a call may come a second late, and its job half a second after that.</summary>
    public const string Cron = "*/10 * * * * *";

    /// <summary>
    /// Longer than the time between two calls by what a call may be late on a busy machine: the loop does not notice where one shift ends
    /// and the next begins.
    /// </summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(15);

    /// <summary>How long a replica whose call does not come waits before it calls itself again.</summary>
    public static readonly TimeSpan BetweenOwnCalls = TimeSpan.FromSeconds(5);
}
