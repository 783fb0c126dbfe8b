namespace Kyy.Bridge.Emulator.Commands;

internal static class Stop
{
    /// <summary>Waits for Ctrl+C or SIGTERM, which are the expected end of a server and not an error.</summary>
    public static Task RequestedAsync(CancellationToken stopping)
    {
        var requested = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stopping.Register(requested.SetResult);
        return requested.Task;
    }
}
