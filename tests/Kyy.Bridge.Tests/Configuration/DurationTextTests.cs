using Kyy.Bridge.Configuration;

namespace Kyy.Bridge.Tests.Configuration;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("15s", 15_000)]
    [InlineData("0s", 0)]
    [InlineData("090s", 90_000)]
    [InlineData("5m", 300_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("00:00:15", 15_000)]
    [InlineData("23:59:59", 86_399_000)]
    [InlineData("01:02:03.500", 3_723_500)]
    public void Parse_DocumentedForm_IsRead(string text, long milliseconds)
    {
        var parsed = DurationText.Parse(text);

        parsed.Remedy.ShouldBeNull();
        parsed.Value.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("1.5h")]
    [InlineData("15 s")]
    [InlineData("15S")]
    [InlineData("15sec")]
    [InlineData("1h30m")]
    [InlineData("15s\n")]
    [InlineData("٣s")]
    [InlineData("1:02")]
    [InlineData("24:00:00")]
    [InlineData("1.00:00:00")]
    [InlineData("-00:00:01")]
    [InlineData("soon")]
    public void Parse_AnythingElse_NamesTheForms(string text) =>
        DurationText.Parse(text).Remedy.ShouldBe("Write a duration such as 500ms, 15s, 5m, 2h, 1d or 00:00:15.500.");

    [Fact]
    public void Parse_BareNumber_OffersUnits() =>
        DurationText.Parse("15").Remedy.ShouldBe("A bare number has no unit: write 15s, 15m or 15h.");

    [Theory]
    [InlineData("10675200d")]
    [InlineData("9223372036854775807s")]
    [InlineData("9223372036854775808ms")]
    [InlineData("99999999999999999999999999d")]
    public void Parse_LongerThanCanBeCounted_IsRefused(string text) =>
        DurationText.Parse(text).Remedy.ShouldNotBeNull().ShouldStartWith("This is longer");

    [Theory]
    [InlineData("999ms", false)]
    [InlineData("1s", true)]
    [InlineData("1m", true)]
    [InlineData("60001ms", false)]
    public void Parse_WithBounds_AllowsTheBoundsThemselves(string text, bool allowed)
    {
        var parsed = DurationText.Parse(text, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

        parsed.Remedy.ShouldBe(allowed ? null : "Write a duration from 1s to 1m.");
    }

    [Theory]
    [InlineData("0s")]
    [InlineData("1ms")]
    [InlineData("1500ms")]
    [InlineData("90s")]
    [InlineData("1m")]
    [InlineData("36h")]
    [InlineData("30d")]
    public void Format_OfWhatWasRead_IsTheSameText(string text) => DurationText.Format(DurationText.Parse(text).Value).ShouldBe(text);
}
