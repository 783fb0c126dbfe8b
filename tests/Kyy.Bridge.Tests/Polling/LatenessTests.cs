using Kyy.Bridge.Polling;

namespace Kyy.Bridge.Tests.Polling;

public sealed class LatenessTests
{
    private readonly Lateness _lateness = new();

    [Fact]
    public void Too_few_claims_tell_nothing()
    {
        for (var i = 0; i < 199; i++) _lateness.Add(TimeSpan.FromSeconds(1));

        _lateness.Usual.ShouldBeNull();
    }

    [Fact]
    public void Nineteen_of_twenty_claims_are_less_late()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++) _lateness.Add(TimeSpan.FromMilliseconds(1_000 * random.NextDouble()));

        _lateness.Usual.ShouldNotBeNull().TotalMilliseconds.ShouldBeInRange(880, 1_000);
    }

    [Fact]
    public void What_was_usual_once_is_forgotten()
    {
        for (var i = 0; i < 2_000; i++) _lateness.Add(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 10_000; i++) _lateness.Add(TimeSpan.FromMilliseconds(5));

        _lateness.Usual.ShouldNotBeNull().TotalMilliseconds.ShouldBeLessThan(15);
    }
}
