using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Persistence;

public sealed class IdsTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Several_at_once_are_of_version_7_and_each_stands_above_the_one_before()
    {
        var made = new Ids(_time).Next(10_000);

        made.ShouldAllBe(id => id.Version == 7 && (id.Variant & 0xC) == 0x8);
        var texts = made.Select(id => id.ToString()).ToList();
        texts.Order(StringComparer.Ordinal).ShouldBe(texts);
        texts.Distinct().Count().ShouldBe(10_000);
    }

    [Fact]
    public void They_carry_the_time_and_nothing_of_those_of_another_call()
    {
        var ids = new Ids(_time);
        var (one, other) = (ids.Next(1_000), ids.Next(1_000));

        var milliseconds = Convert.ToInt64(one[0].ToString("N")[..12], 16);
        milliseconds.ShouldBe(_time.GetUtcNow().ToUnixTimeMilliseconds());
        one.Intersect(other).ShouldBeEmpty();
        other[1].CompareTo(other[0]).ShouldBePositive();
    }
}
