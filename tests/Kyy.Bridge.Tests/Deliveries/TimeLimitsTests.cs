using Kyy.Bridge.Deliveries;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class TimeLimitsTests
{
    [Fact]
    public async Task One_that_was_not_met_is_used_again_and_counts_anew()
    {
        using var limits = new TimeLimits(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        var first = limits.Begin();
        limits.End(first);

        var second = limits.Begin();
        second.ShouldBeSameAs(first);
        await Should.ThrowAsync<OperationCanceledException>(Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, second.Token));
        limits.End(second);
        limits.Begin().ShouldNotBeSameAs(second);
    }
}
