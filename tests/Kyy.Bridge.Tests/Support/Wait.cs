namespace Kyy.Bridge.Tests.Support;

/// <summary>Bounded waits on a condition that nothing signals, such as the end of another process.</summary>
internal static class Wait
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(10);

    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? TimeSpan.FromSeconds(20), TimeProvider.System);
        while (!await condition())
        {
            limit.IsCancellationRequested.ShouldBeFalse($"waited too long until {what}");
            await Task.Delay(Between, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
