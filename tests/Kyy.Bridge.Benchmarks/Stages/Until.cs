namespace Kyy.Bridge.Benchmarks.Stages;

/// <summary>Waits for what another process does, and that cannot signal.</summary>
internal static class Until
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <returns>False where it did not come about in time.</returns>
    public static Task<bool> TrueAsync(Func<Task<bool>> look, TimeSpan patience, CancellationToken stopping) =>
        TrueAsync(look, BetweenLooks, patience, stopping);

    /// <summary>Likewise, looking as often as is said.</summary>
    public static async Task<bool> TrueAsync(Func<Task<bool>> look, TimeSpan between, TimeSpan patience, CancellationToken stopping)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await look())
        {
            if (TimeProvider.System.GetElapsedTime(started) > patience) return false;
            await Task.Delay(between, TimeProvider.System, stopping);
        }

        return true;
    }
}
