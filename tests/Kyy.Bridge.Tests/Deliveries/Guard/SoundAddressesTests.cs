using Kyy.Bridge.Addresses;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Deliveries.Guard;

namespace Kyy.Bridge.Tests.Deliveries.Guard;

public sealed class SoundAddressesTests
{
    private static readonly CallbackSettings Settings = new();

    private readonly SoundAddresses _sound = new(
        new CallbackRules(Settings, new AddressGuard(new AddressPolicy([]), Settings.BlockedPorts)));

    [Fact]
    public void One_that_has_passed_is_the_same_object_the_next_time()
    {
        var first = _sound.Of("https://hooks.example.test/a?b");

        _sound.Of("https://hooks.example.test/a?b").ShouldBeSameAs(first);
        _sound.Allow(first).ShouldBeTrue();
        _sound.Allow(new Uri("https://hooks.example.test/other")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("http://hooks.example.test/a")]
    [InlineData("https://10.0.0.1/a")]
    [InlineData("https://hooks.example.test:22/a")]
    public void One_that_has_not_is_refused_each_time(string url)
    {
        _sound.Allow(_sound.Of(url)).ShouldBeFalse();
        _sound.Allow(_sound.Of(url)).ShouldBeFalse();
        _sound.Allow(new Uri(url)).ShouldBeFalse();
    }

    [Fact]
    public void However_many_there_are_each_is_judged()
    {
        for (var i = 0; i < 3_000; i++)
        {
            _sound.Allow(_sound.Of($"https://hooks.example.test/{i}")).ShouldBeTrue();
            _sound.Allow(_sound.Of($"http://hooks.example.test/{i}")).ShouldBeFalse();
        }
    }
}
