using Kyy.Bridge.Configuration;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Configuration;

public sealed class FamilySettingsTests
{
    private const string Veo = "Bridge:Families:veo:", Seedance = "Bridge:Families:seedance15:", Videos = "Bridge:Families:videos:";

    [Fact]
    public void Read_NothingGiven_AreTheDocumentedFamilies()
    {
        var families = Given.Production().Accepted().Families;

        families.Select(family => family.Id).ShouldBe(Given.Documented.Select(family => family.Id));
        foreach (var (family, documented) in families.Zip(Given.Documented))
        {
            family.Models.ShouldBe(documented.Models);
            family.Estimates.ShouldBe(documented.Estimates);
            (family with { Models = documented.Models, Estimates = documented.Estimates }).ShouldBe(documented);
        }
    }

    [Fact]
    public void Read_EverythingOfOneFamilyGiven_ChangesThatOneAlone()
    {
        var reading = Given.Production(
            (Veo + "Models", "veo*,veo_next"),
            (Veo + "PollInterval:Min", "40s"),
            (Veo + "PollInterval:Max", "2m"),
            (Veo + "FlexPollInterval:Min", "1m"),
            (Veo + "FlexPollInterval:Max", "5m"),
            (Veo + "Estimate:Min", "1m"),
            (Veo + "Retention", "12h"),
            (Veo + "Deadline", "6h"),
            (Veo + "FlexDeadline", "7h"),
            (Veo + "NotFoundGrace", "0s"));

        var veo = Family(reading, "veo");
        veo.Models.ShouldBe(["veo*", "veo_next"]);
        veo.Window.ShouldBe(new PollWindow(TimeSpan.FromSeconds(40), TimeSpan.FromMinutes(2)));
        veo.FlexWindow.ShouldBe(new PollWindow(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5)));
        veo.Estimates.ShouldBe([new Estimate("veo*", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5))]);
        veo.RecordLife.ShouldBe(TimeSpan.FromHours(12));
        (veo.Deadline, veo.FlexDeadline).ShouldBe((TimeSpan.FromHours(6), TimeSpan.FromHours(7)));
        veo.NotFoundGrace.ShouldBe(TimeSpan.Zero);
        Family(reading, "videos").Window.ShouldBe(new PollWindow(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void Read_OneEstimateWhereSeveralAreDocumented_ReplacesThemAll() =>
        Family(Given.Production((Seedance + "Estimate:Min", "1m"), (Seedance + "Estimate:Max", "4m")), "seedance15")
            .Estimates.ShouldBe([new Estimate("*", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(4))]);

    [Theory]
    [InlineData("2m", "5m", false)] // What the reference file says: whoever copies it does not mean to stop the learning.
    [InlineData("2m", "6m", true)]
    public void Read_AnEstimateOtherThanTheDocumentedOne_IsMarkedAsTheOperators(string min, string max, bool isConfigured) =>
        Family(Given.Production((Veo + "Estimate:Min", min), (Veo + "Estimate:Max", max)), "veo")
            .EstimatesAreConfigured.ShouldBe(isConfigured);

    [Theory]
    [InlineData(Videos + "PollInterval:Min", "29999ms", "30s")]
    [InlineData(Seedance + "FlexPollInterval:Min", "59s", "1m")]
    public void Read_WindowBelowTheDocumentedOne_IsRefused(string key, string value, string documented)
    {
        var fault = Given.Production((key, value)).OnlyFault();

        fault.Key.ShouldBe(key);
        fault.Remedy.ShouldBe($"Write the documented {documented} or more, or set Bridge:Upstream:AllowFasterThanDocumented to true.");
    }

    [Fact]
    public void Read_FlexWindowWhereNoneIsDocumented_IsNoFasterThanTheUsualOne() =>
        Given.Production((Videos + "FlexPollInterval:Min", "20s"), (Videos + "FlexPollInterval:Max", "2m")).OnlyFault()
            .Key.ShouldBe(Videos + "FlexPollInterval:Min");

    [Fact]
    public void Read_WindowBelowTheDocumentedOneWhereThatIsAllowed_IsTaken() =>
        Family(
            Given.Production(
                ("Bridge:Upstream:AllowFasterThanDocumented", "true"),
                ("Bridge:Upstream:Timeout", "100ms"),
                (Videos + "PollInterval:Min", "200ms"),
                (Videos + "PollInterval:Max", "240ms")),
            "videos").Window.ShouldBe(new PollWindow(TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(240)));

    [Theory]
    [InlineData("36s", true)]
    [InlineData("35999ms", false)]
    public void Read_WindowWithoutRoomForAPlan_IsRefused(string max, bool allowed)
    {
        var reading = Given.Production((Videos + "PollInterval:Max", max));

        reading.Faults.Select(fault => fault.Key).ShouldBe(allowed ? [] : [Videos + "PollInterval:Max"]);
    }

    [Theory]
    [InlineData("PollInterval:Min", "0s")]
    [InlineData("PollInterval:Min", "quickly")]
    [InlineData("Deadline", "8d")]
    [InlineData("Estimate:Max", "15")]
    [InlineData("Models", ",")]
    public void Read_ValueOutOfBounds_IsRefused(string key, string value) =>
        Given.Production((Videos + key, value)).Faults.ShouldContain(fault => fault.Key == Videos + key);

    [Theory]
    [InlineData("Estimate:Min", "Estimate:Max")]
    [InlineData("Estimate:Max", "Estimate:Min")]
    [InlineData("FlexPollInterval:Max", "FlexPollInterval:Min")]
    public void Read_HalfARange_AsksForTheOtherHalf(string given, string missing)
    {
        var fault = Given.Production((Videos + given, "5m")).OnlyFault();

        fault.Key.ShouldBe(Videos + missing);
        fault.Value.ShouldBeEmpty();
    }

    [Fact]
    public void Read_EstimateUpsideDown_IsRefused() =>
        Given.Production((Veo + "Estimate:Max", "1m")).OnlyFault().Remedy.ShouldBe("Write the minimum of 2m or more.");

    private static ModelFamily Family(SettingsReading reading, string id) => reading.Accepted().Families.Single(family => family.Id == id);
}
