using Kyy.Bridge.Configuration;

namespace Kyy.Bridge.Tests.Configuration;

public sealed class ConfigurationReaderTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Read_EmptyText_CountsAsNotGiven(string? nothing)
    {
        var reader = Given.Reader(("Key", nothing));

        reader.Number("Key", 7, 1, 9).ShouldBe(7);
        reader.Faults.ShouldBeEmpty();
    }

    [Fact]
    public void Read_FaultyValue_YieldsTheDefaultAndGoesOn()
    {
        var reader = Given.Reader(("Count", "many"), ("Wait", "15"), ("Other", "8"));

        reader.Number("Count", 7, 1, 9).ShouldBe(7);
        reader.Duration("Wait", Second, Second, Hour).ShouldBe(Second);
        reader.Number("Other", 7, 1, 9).ShouldBe(8);
        reader.Faults.ShouldBe(
        [
            new("Count", "many", "Write a whole number from 1 to 9."),
            new("Wait", "15", "A bare number has no unit: write 15s, 15m or 15h."),
        ]);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData(" 9 ", true)]
    [InlineData("0", false)]
    [InlineData("10", false)]
    [InlineData("-1", false)]
    [InlineData("1.0", false)]
    [InlineData("1,0", false)]
    [InlineData("99999999999999999999", false)]
    public void Number_OutsideItsBoundsOrNoWholeNumber_IsRefused(string text, bool allowed)
    {
        var reader = Given.Reader(("Key", text));

        reader.Number("Key", 5, 1, 9);

        reader.Faults.Count.ShouldBe(allowed ? 0 : 1);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("False", false)]
    public void Flag_TrueOrFalseInAnyCase_IsRead(string text, bool expected) =>
        Given.Reader(("Key", text)).Flag("Key", !expected).ShouldBe(expected);

    [Theory]
    [InlineData("yes")]
    [InlineData("1")]
    public void Flag_AnotherWord_IsRefused(string text)
    {
        var reader = Given.Reader(("Key", text));

        reader.Flag("Key", false);

        reader.Faults.ShouldBe([new("Key", text, "Write true or false.")]);
    }

    [Fact]
    public void Url_WithSlashAtItsEnd_IsTheSameUrlWithout() =>
        Given.Reader(("Key", "https://host/base/")).Url("Key", null).ShouldBe(new Uri("https://host/base"));

    [Theory]
    [InlineData("host/base")]
    [InlineData("/base")]
    [InlineData("ftp://host")]
    [InlineData("https://")]
    [InlineData("https://host/?key=1")]
    [InlineData("https://host/#part")]
    public void Url_NotAbsoluteHttpOrWithExtras_IsRefused(string text)
    {
        var reader = Given.Reader(("Key", text));

        reader.Url("Key", null).ShouldBeNull();

        reader.Faults.ShouldHaveSingleItem().Value.ShouldBe(text);
    }

    [Fact]
    public void Url_WithPassword_IsRefusedWithoutShowingIt()
    {
        var reader = Given.Reader(("One", "http://joe:hunter2@proxy:8080"), ("Many", "https://host,htps://joe:hunter2@proxy"));

        reader.Url("One", null);
        reader.Urls("Many", []);

        reader.Faults.Select(fault => fault.Value).ShouldBe(["***@proxy:8080", "***@proxy"]);
        FaultReport.Format([.. reader.Faults]).ShouldNotContain("hunter2");
    }

    [Fact]
    public void Networks_NetworksAndSingleAddresses_AreRead() =>
        Given.Reader(("Key", "10.0.0.0/8, 192.0.2.7,fd00::/8,::1")).Networks("Key", [])
            .Select(network => network.ToString()).ShouldBe(["10.0.0.0/8", "192.0.2.7/32", "fd00::/8", "::1/128"]);

    [Theory]
    [InlineData("10.0.0.1/8", "first address")]
    [InlineData("10.0.0.0/33", "first address")]
    [InlineData("localhost", "IP address")]
    public void Networks_AnythingElse_IsRefused(string text, string remedy)
    {
        var reader = Given.Reader(("Key", text));

        reader.Networks("Key", []).ShouldBeEmpty();

        reader.Faults.ShouldHaveSingleItem().Remedy.ShouldContain(remedy);
    }

    [Theory]
    [InlineData("25, 137-139,65535", "25,137-139,65535")]
    [InlineData("80-80", "80")]
    [InlineData("none", "none")]
    [InlineData("", "19")]
    public void Ports_AndRangesOfThem_AreRead(string text, string ports)
    {
        var reader = Given.Reader(("Key", text));

        reader.Ports("Key", [new(19, 19)]);

        reader.Faults.ShouldBeEmpty();
        reader.Values.Single().Text.ShouldBe(ports);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("139-137")]
    [InlineData("1-2-3")]
    [InlineData("ssh")]
    [InlineData("25,none")]
    [InlineData("-25")]
    public void Ports_AnythingElse_IsRefused(string text)
    {
        var reader = Given.Reader(("Key", text));

        reader.Ports("Key", []).ShouldBeEmpty();

        reader.Faults.ShouldHaveSingleItem().Remedy.ShouldContain("Write a port from 1 to 65535");
    }

    [Fact]
    public void Durations_CommaSeparated_ReplaceTheDefault() =>
        Given.Reader(("Key", "1s, 2s,")).Durations("Key", [Hour, Hour, Hour], Second, Hour).ShouldBe([Second, Second * 2]);

    [Fact]
    public void Durations_SeveralFaultyItems_AreNamedInOneFault()
    {
        var reader = Given.Reader(("Key", "1s,5,1s,2d"));

        reader.Durations("Key", [], Second, Hour);

        reader.Faults.ShouldHaveSingleItem().Remedy
            .ShouldBe("'5': A bare number has no unit: write 5s, 5m or 5h. '2d': Write a duration from 1s to 1h.");
    }

    [Fact]
    public void Texts_OnlyCommas_AreRefused()
    {
        var reader = Given.Reader(("Key", " , "));

        reader.Texts("Key", ["default"]).ShouldBe(["default"]);

        reader.Faults.ShouldBe([new("Key", ",", "Write at least one item.")]);
    }

    [Fact]
    public void Choices_AnyCase_ComeBackAsKnown() =>
        Given.Reader(("Key", "API, Worker")).Choices("Key", [], ["api", "worker"]).ShouldBe(["api", "worker"]);

    [Fact]
    public void Choices_UnknownWord_SuggestsTheNearest()
    {
        var reader = Given.Reader(("Key", "api,wroker"));

        reader.Choices("Key", [], ["api", "worker"]);

        reader.Faults.ShouldHaveSingleItem().Remedy.ShouldBe("'wroker': Did you mean worker? Write one or more of api, worker.");
    }

    [Fact]
    public void Read_Array_IsRefusedWithOneValueAsRemedy()
    {
        var reader = Given.Reader(("Key:0", "1s"), ("Key:1", "2s"));

        reader.Durations("Key", [Hour], Second, Hour).ShouldBe([Hour]);

        reader.Faults.ShouldBe([new("Key", "1s,2s", "Write one value instead of an array, with commas between its items.")]);
    }

    [Fact]
    public void Token_Given_IsShownNowhere()
    {
        var reader = Given.Reader(("Key", "hunter2-hunter2"));

        var token = reader.Token("Key", 8).ShouldNotBeNull();

        token.Reveal().ShouldBe("hunter2-hunter2");
        $"{token}".ShouldBe("***");
        reader.Values.ShouldBe([new("Key", "***", "")]);
    }

    [Theory]
    [InlineData("Key", "hunter2", "Write 8 characters or more.")]
    [InlineData("Key", "hunter2 hunter2", "Write visible ASCII characters alone, without blanks.")]
    [InlineData("Key", "hunter2hünter2", "Write visible ASCII characters alone, without blanks.")]
    [InlineData("Key:0", "hunter2hunter2", "Write one value instead of an array, with commas between its items.")]
    public void Token_Faulty_IsRefusedWithoutShowingIt(string key, string text, string remedy)
    {
        var reader = Given.Reader((key, text));

        reader.Token("Key", 8).ShouldBeNull();

        reader.Faults.ShouldBe([new("Key", "***", remedy)]);
    }

    [Fact]
    public void Section_OfAReader_NotesWholeKeysInOnePlace()
    {
        var reader = Given.Reader(("Bridge:Part:Count", "0"));

        reader.Section("Bridge").Section("Part").Number("Count", 7, 1, 9);

        reader.Values.ShouldBe([new("Bridge:Part:Count", "7", "7")]);
        reader.Faults.ShouldHaveSingleItem().Key.ShouldBe("Bridge:Part:Count");
    }

    [Fact]
    public void Check_RuleBroken_IsAFaultOfItsFirstKey()
    {
        var reader = Given.Reader(("Part:Low", "9"));
        var part = reader.Section("Part");
        part.Number("Low", 1, 1, 9);
        part.Number("High", 5, 1, 9);

        part.Check(false, ["Low", "High"], "Write less.");

        reader.Faults.ShouldBe([new("Part:Low", "9", "Write less.")]);
    }

    [Theory]
    [InlineData("Low")]
    [InlineData("High")]
    public void Check_OneOfItsValuesIsADefaultForAFaultyOne_IsNotApplied(string faulty)
    {
        var reader = Given.Reader((faulty, "x"));
        reader.Number("Low", 1, 1, 9);
        reader.Number("High", 5, 1, 9);

        reader.Check(false, ["Low", "High"], "Write less.");

        reader.Faults.ShouldHaveSingleItem().Key.ShouldBe(faulty);
    }
}
