using Kyy.Bridge.Emulator.Demo;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Configuration;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Emulator.Demo;

public sealed class ServiceSettingsTests
{
    private static readonly Uri Bridge = new("http://127.0.0.1:8080"), Upstream = new("http://127.0.0.1:5080/kyyReactApiServer");
    private static readonly string AdminKey = new('k', 48);

    [Fact]
    public void Settings_AreTakenByTheService_WithWindowsThatTheUpstreamExpects()
    {
        var settings = Given.Development([.. Keys("/data/demo")]).Accepted();

        settings.Upstream.BaseUrl.ShouldBe(Upstream);
        settings.Database.LocalDirectory.ShouldBe("/data/demo");
        var expected = new EmulatorOptions { TimeScale = Pace.TimeScale };
        settings.Families.ShouldAllBe(family => family.Window.Min == expected.ExpectedGap(ServiceTier.Default));
        settings.Families.Select(family => family.FlexWindow).OfType<PollWindow>().ShouldHaveSingleItem()
            .Min.ShouldBe(expected.ExpectedGap(ServiceTier.Flex));
    }

    [Fact]
    public void Settings_WithADatabaseOfTheCallers_NameNoFolder() =>
        Keys(null).Select(setting => setting.Key).ShouldNotContain("Bridge:Database:LocalDirectory");

    private static IEnumerable<(string Key, string? Value)> Keys(string? folder) =>
        ServiceSettings.Of(Bridge, Upstream, "key", AdminKey, folder)
            .Select(setting => (setting.Key.Replace("__", ":", StringComparison.Ordinal), (string?)setting.Value));
}
