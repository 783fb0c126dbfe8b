using Kyy.Bridge.Http;
using Kyy.Bridge.Limits;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Limits;

public sealed class RequestRatesTests
{
    private static readonly Guid One = Make.NewId(), Other = Make.NewId();

    private readonly ManualTime _time = new();

    [Fact]
    public void Take_ABatchOfTheLargestSize_IsTakenAtOnce_AndTheRestComesWithTime()
    {
        var rates = new RequestRates(new LimitsSettings(), _time);

        rates.Take(One, 10_000).ShouldBe(new(10_000, 0, TimeSpan.FromSeconds(10), null));
        rates.Take(One, 1).RetryAfter.ShouldBe(TimeSpan.FromMilliseconds(1));
        _time.Advance(TimeSpan.FromSeconds(3));
        rates.Take(One, 5_000).ShouldBe(new(10_000, 3_000, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(2)));
        rates.Take(One, 3_000).RetryAfter.ShouldBeNull();
        _time.Advance(TimeSpan.FromHours(1));
        rates.Of(One).ShouldBe(new(10_000, 10_000, TimeSpan.Zero, null));
    }

    [Fact]
    public void Take_OfOneClient_CostsNoOther()
    {
        var rates = new RequestRates(new LimitsSettings(), _time);

        rates.Take(One, 10_000);

        rates.Take(Other, 1).Remaining.ShouldBe(9_999);
    }

    [Fact]
    public void Rate_AboveTheLargestBatch_IsItsOwnBurst() =>
        new RequestRates(new LimitsSettings { RequestsPerSecond = 20_000 }, _time).Take(One, 20_000).RetryAfter.ShouldBeNull();
}
