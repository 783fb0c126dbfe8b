namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>The five words of the documents; <c>cancelled</c> is listed for Seedance 1.5 alone (S2, 002_15ca3debac9c3975.txt).</summary>
internal enum EmulatedStatus
{
    Queued,
    Processing,
    Completed,
    Failed,
    Cancelled,
}

internal static class EmulatedStatuses
{
    public static bool IsEnd(this EmulatedStatus status) => status is not (EmulatedStatus.Queued or EmulatedStatus.Processing);

    public static string Word(this EmulatedStatus status) => status switch
    {
        EmulatedStatus.Queued => "queued",
        EmulatedStatus.Processing => "processing",
        EmulatedStatus.Completed => "completed",
        EmulatedStatus.Failed => "failed",
        EmulatedStatus.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };
}
