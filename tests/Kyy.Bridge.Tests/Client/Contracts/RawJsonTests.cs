using System.Text;
using System.Text.Json;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Tests.Client.Contracts;

public sealed class RawJsonTests
{
    [Theory]
    [InlineData("""{"a":1.0,"b":"\u00e9"}""")]
    [InlineData("""{ "b" : 1E+2,	"a":[ 1,2 ] , "b":-0 }""")]
    [InlineData("{\r\n  \"é\": \"\\/<&'+>\\ud83d\\ude00 😀\"\r\n}")]
    [InlineData("123456789012345678901234567890.10")]
    [InlineData("""  "text"  """)]
    [InlineData("[]")]
    [InlineData("null")]
    public void ReadAndWritten_ThroughAnObject_KeepsItsBytes(string json)
    {
        var data = JsonSerializer.Deserialize(
            $$"""{"type":"x","data": {{json}} ,"timestamp":"2026-11-20T09:10:11.123Z"}""", BridgeJson.Wire.WebhookEvent);

        data!.Data.ToString().ShouldBe(json.Trim());
        data.Data.ShouldBe(RawJson.Parse(json));
        JsonSerializer.Serialize(data, BridgeJson.Wire.WebhookEvent)
            .ShouldBe($$"""{"type":"x","timestamp":"2026-11-20T09:10:11.123Z","data":{{json.Trim()}}}""");
    }

    [Fact]
    public async Task ReadFromAStream_LargerThanItsBuffers_KeepsItsBytes()
    {
        var json = $$"""{"a" :1.0,"long":"{{new string('é', 100_000)}}" }""";
        var body = new MemoryStream(Encoding.UTF8.GetBytes($$"""{"type":"x","timestamp":"2026-11-20T09:10:11.123Z","data":{{json}}}"""));

        var read = await JsonSerializer.DeserializeAsync(body, BridgeJson.Wire.WebhookEvent, TestContext.Current.CancellationToken);

        read!.Data.Utf8.SequenceEqual(Encoding.UTF8.GetBytes(json)).ShouldBeTrue();
    }

    [Fact]
    public void From_Element_IsItsTextInTheDocument()
    {
        using var document = JsonDocument.Parse("""{"metadata": {"a": 1.0} }""");

        RawJson.From(document.RootElement.GetProperty("metadata")).ToString().ShouldBe("""{"a": 1.0}""");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("{}x")]
    [InlineData("{'a':1}")]
    [InlineData("[1,]")]
    [InlineData("// comment\n1")]
    public void Parse_NotExactlyOneValue_IsRefused(string json) => Should.Throw<JsonException>(() => RawJson.Parse(json));

    [Fact]
    public void Parse_NotUtf8_IsRefused() => Should.Throw<JsonException>(() => RawJson.Parse([(byte)'"', 0xff, (byte)'"']));

    [Fact]
    public void Default_IsNull()
    {
        default(RawJson).ToString().ShouldBe("null");
        default(RawJson).ShouldBe(RawJson.Parse("null"));
    }

    [Fact]
    public void Equality_IsThatOfTheBytes()
    {
        (RawJson.Parse("{}") == RawJson.EmptyObject).ShouldBeTrue();
        (RawJson.Parse("1.0") != RawJson.Parse("1.00")).ShouldBeTrue();
        RawJson.Parse(" 1").GetHashCode().ShouldBe(RawJson.Parse("1 ").GetHashCode());
    }
}
