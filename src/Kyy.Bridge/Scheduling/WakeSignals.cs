namespace Kyy.Bridge.Scheduling;

internal static class WakeSignals
{
    /// <summary>Raises a signal when the answer is out, which is after the commit of what the request did: before it there is nothing to see.</summary>
    public static void WakeAfterCommit(this HttpResponse response, WakeSignal wake) => response.OnCompleted(() =>
    {
        wake.Raise();
        return Task.CompletedTask;
    });
}
