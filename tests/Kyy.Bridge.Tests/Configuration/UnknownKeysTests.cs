namespace Kyy.Bridge.Tests.Configuration;

public sealed class UnknownKeysTests
{
    [Theory]
    [InlineData("Bridge:Upstream:Timout", "Bridge:Upstream has no Timout. Did you mean Timeout?")]
    [InlineData("Bridge:Upstraem:Timeout", "Bridge has no Upstraem. Did you mean Upstream?")]
    [InlineData("Bridge:Rols", "Bridge has no Rols. Did you mean Roles?")]
    [InlineData("Bridge:Families:seedence15:PollInterval:Min", "Bridge:Families has no seedence15. Did you mean seedance15?")]
    [InlineData("Bridge:Families:veo:PollIntervall:Min", "Bridge:Families:veo has no PollIntervall. Did you mean PollInterval?")]
    public void Read_MisspeltKey_SuggestsTheNearestName(string key, string remedy)
    {
        var fault = Given.Production((key, "15s")).OnlyFault();

        fault.Key.ShouldBe(key);
        fault.Remedy.ShouldBe(remedy);
    }

    [Theory]
    [InlineData("Bridge:Families:x:Deadline", "Bridge:Families has no x. It has default, sd2manxue, seedance15, starvideos, veo, videos.")]
    [InlineData("Bridge:Http:Archive:Bucket", "Bridge:Http has no Archive. It has KnownProxies, PathBase.")]
    [InlineData("Bridge:Http", "Bridge:Http is no value of its own. It has KnownProxies, PathBase.")]
    [InlineData("Bridge:Roles:First", "Bridge:Roles is a single value: nothing is read below it.")]
    public void Read_KeyLikeNoOther_SaysWhatIsThere(string key, string remedy) =>
        Given.Production((key, "x")).OnlyFault().Remedy.ShouldBe(remedy);

    [Fact]
    public void Read_MisspeltKeyOfASecret_DoesNotShowItsValue() =>
        Given.Production(("Bridge:Upstream:ApiKye", "hunter2")).OnlyFault().Value.ShouldBe("***");

    [Fact]
    public void Read_KnownKeyInAnotherCase_IsKnown() =>
        Given.Production(("bridge:UPSTREAM:timeout", "5s")).Accepted().Upstream.Timeout.ShouldBe(TimeSpan.FromSeconds(5));

    [Fact]
    public void Read_KeysOutsideBridge_AreNotItsOwn() =>
        Given.Production(("Serilog:WriteTo:Debug", "Debug"), ("BridgeTo:Elsewhere", "x")).Accepted();

    [Fact]
    public void Read_ArrayOfAKnownKey_IsOneFaultAlone() =>
        Given.Production(("Bridge:Roles:0", "api"), ("Bridge:Roles:1", "worker")).OnlyFault().Key.ShouldBe("Bridge:Roles");
}
