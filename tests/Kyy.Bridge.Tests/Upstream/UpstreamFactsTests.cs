using System.Text;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Upstream;

public class UpstreamFactsTests
{
    [Theory]
    [InlineData("5", 5.0)]
    [InlineData("5.0", 5.0)]
    [InlineData("\"5.0\"", 5.0)]
    [InlineData("0", 0.0)]
    [InlineData("86400", 86_400.0)]
    [InlineData("86401", null)]
    [InlineData("-1", null)]
    [InlineData("1e999", null)]
    [InlineData("\"NaN\"", null)]
    [InlineData("\"Infinity\"", null)]
    [InlineData("\"five\"", null)]
    [InlineData("null", null)]
    [InlineData("[5]", null)]
    [InlineData("true", null)]
    public void Duration_HoweverItIsWritten_IsANumberOfSecondsOrNothing(string json, double? expected) =>
        Read($"\"actualDuration\":{json}").ActualDuration.ShouldBe(expected);

    [Theory]
    [InlineData("1761635478", "2025-10-28T07:11:18Z")]
    [InlineData("\"1761635478\"", "2025-10-28T07:11:18Z")]
    [InlineData("1761635478123", "2025-10-28T07:11:18.123Z")]
    [InlineData("1795262400", "2026-11-21T12:00:00Z")]
    [InlineData("1795262401", null)]
    [InlineData("0", null)]
    [InlineData("-5", null)]
    [InlineData("1e300", null)]
    [InlineData("100000000000", null)]
    [InlineData("\"2026-01-01\"", null)]
    [InlineData("null", null)]
    public void Created_InSecondsOrMilliseconds_IsASaneTimeOrNothing(string json, string? expected) =>
        Read($"\"x\":0,\"created\":{json}").Created.ShouldBe(expected is null ? null : DateTimeOffset.Parse(expected, null));

    [Theory]
    [InlineData("\"veo_3_1\"", "veo_3_1")]
    [InlineData("\" a\\u0000b \"", "a b")]
    [InlineData("null", null)]
    [InlineData("\"\"", null)]
    [InlineData("7", "7")]
    public void Model_OfAnyKind_IsStorable(string json, string? expected) => Read($"\"model\":{json}").Model.ShouldBe(expected);

    [Theory]
    [InlineData("null", null, null)]
    [InlineData("\"\"", null, null)]
    [InlineData("\"  \"", null, null)]
    [InlineData("\"bad prompt\"", null, "bad prompt")]
    [InlineData("\"a\\r\\nb\\u0000\\u001b[31mc\"", null, "a  b  [31mc")]
    [InlineData("\"<b>HTML</b>\"", null, "<b>HTML</b>")]
    [InlineData("""{"code":"E1","message":"bad prompt"}""", "E1", "bad prompt")]
    [InlineData("""{"code":17,"message":null}""", "17", null)]
    [InlineData("""{"message":"only words"}""", null, "only words")]
    [InlineData("""{"reason":"x"}""", null, """{"reason":"x"}""")]
    [InlineData("""["x"]""", null, """["x"]""")]
    [InlineData("false", null, "false")]
    public void Error_OfAnyKind_IsCleanedAndNeverDecides(string json, string? code, string? message)
    {
        var error = Read($"\"error\":{json}").Error;

        error.ShouldBe(code is null && message is null ? null : new UpstreamError(code, message));
    }

    [Theory]
    [InlineData("\"bad key sk-test-0123456789\"", "bad key ***")]
    [InlineData("\"bad key \\u0073k-test\\u002d0123456789\"", "bad key ***")]
    [InlineData("""{"message":"bad key \u0073k-test-0123456789"}""", "bad key ***")]
    [InlineData("""{"reason":"bad key \u0073k-test-0123456789"}""", """{"reason":"bad key ***"}""")]
    [InlineData("""["sk-test-0123456789"]""", """["***"]""")]
    public void Error_WithTheKey_DoesNotShowIt(string json, string message) => Read($"\"error\":{json}").Error!.Message.ShouldBe(message);

    [Fact]
    public void Error_CutWithinTheKey_KeepsNoPartOfIt()
    {
        for (var before = 2030; before <= 2048; before++)
            Read($"\"error\":\"{new string('-', before)}{Answers.Key}\"").Error!.Message!.ShouldNotContain("sk");
    }

    [Fact]
    public void Model_WithTheKey_DoesNotShowIt() => Read($"\"model\":\"veo {Answers.Key}\"").Model.ShouldBe("veo ***");

    [Fact]
    public void Status_WithTheKey_DoesNotShowIt() =>
        Answers.Read(Answers.Task($"\"status\":\"{Answers.Key}\"")).Line().ShouldBe("NotUnderstood StatusUnknown ***");

    [Fact]
    public void Texts_OfAnyLength_AreCapped()
    {
        var many = $"\"{new string('é', 15_000)}\"";
        var facts = Read($"\"error\":{many},\"model\":{many}");

        Encoding.UTF8.GetByteCount(facts.Error!.Message!).ShouldBe(2 * 1024);
        Encoding.UTF8.GetByteCount(facts.Model!).ShouldBe(200);
    }

    private static UpstreamFacts Read(string member) =>
        Answers.Read($$"""{"id":"{{Answers.Id}}","status":"failed",{{member}}}""").ShouldBeOfType<UpstreamReply.Failed>().Facts;
}
