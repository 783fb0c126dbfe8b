using System.Text;
using System.Text.Json;
using Kyy.Bridge.Http;

namespace Kyy.Bridge.Tests.Http;

public sealed class MemberReaderTests
{
    [Fact]
    public void Refusal_EverythingRight_IsNull()
    {
        var members = Of("""
            {"name":"é😀","url":"https://example.com/a?b=c","count":7,"flag":false,"word":"b","words":["a","b"],
             "at":"2026-11-20T10:10:11.123456789+01:00","object":{"x": 1.0, "y":"\u00e9"},"nothing":null}
            """);

        members.Text("name", 2).ShouldBe("é😀");
        members.Url("url", 100).ShouldBe("https://example.com/a?b=c");
        members.Integer("count", 1, 7).ShouldBe(7);
        members.Flag("flag").ShouldBe(false);
        members.Choice("word", ["a", "b"]).ShouldBe("b");
        members.Choices("words", ["a", "b"]).ShouldBe(["a", "b"]);
        members.Time("at").ShouldBe(new DateTimeOffset(2026, 11, 20, 9, 10, 11, TimeSpan.Zero).AddTicks(1234567));
        Encoding.UTF8.GetString(members.Object("object", 100)!).ShouldBe("""{"x": 1.0, "y":"\u00e9"}""");
        members.OptionalText("nothing", 1).ShouldBeNull();
        members.Refusal().ShouldBeNull();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("\"name\"")]
    public void Refusal_ValueNotAnObject_SaysSoAndNothingElse(string json)
    {
        var members = Of(json);
        members.Text("name", 10);

        Errors(members).ShouldBe(["$: must be an object"]);
    }

    [Fact]
    public void Refusal_UnknownMember_GuessesWhatWasMeant()
    {
        var members = Of("""{"callbak_url":"x","zzz":1}""");
        members.OptionalText("callback_url", 10);

        Errors(members).ShouldBe(["callbak_url: is not known here; did you mean callback_url?", "zzz: is not known here"]);
    }

    [Theory]
    [InlineData("""{"name":"a","name":"b"}""")]
    [InlineData("""{"name":"a","n\u0061me":"b"}""")]
    [InlineData("""{"name":null,"name":"b"}""")]
    public void Refusal_MemberTwice_NamesIt(string json)
    {
        var members = Of(json);
        members.OptionalText("name", 10);

        Errors(members).ShouldBe(["name: must not be given twice"]);
    }

    [Fact]
    public void Refusal_SeveralFaults_TellsAll()
    {
        var members = Of("""{"name":7,"count":0.5,"word":"c"}""");
        members.Text("name", 10);
        members.OptionalInteger("count", 1, 5);
        members.Choice("word", ["a", "b"]);
        members.Text("missing", 10);

        Errors(members).ShouldBe([
            "name: must be text", "count: must be a whole number from 1 to 5", "word: must be one of a, b", "missing: is required"]);
    }

    [Theory]
    [InlineData("\"\"", "must not be empty")]
    [InlineData("\"abcd\"", "must have at most 3 characters")]
    [InlineData("\"😀😀😀😀\"", "must have at most 3 characters")]
    [InlineData("\"a\\u0000\"", "must not hold control characters")]
    [InlineData("\"a\\nb\"", "must not hold control characters")]
    [InlineData("\"\\u0085\"", "must not hold control characters")]
    [InlineData("\"\\ud800\"", "must not hold half of a surrogate pair")]
    [InlineData("{}", "must be text")]
    public void Text_NotStorable_IsRefused(string json, string fault)
    {
        var members = Of($$"""{"name":{{json}}}""");
        members.Text("name", 3);

        Errors(members).ShouldBe([$"name: {fault}"]);
    }

    [Theory]
    [InlineData("example.com/hook", "must be an absolute http or https URL")]
    [InlineData("/hook", "must be an absolute http or https URL")]
    [InlineData("file:///etc/passwd", "must be an absolute http or https URL")]
    [InlineData("ftp://example.com", "must be an absolute http or https URL")]
    [InlineData("http:example.com", "must be an absolute http or https URL")]
    [InlineData("https://", "must be an absolute http or https URL")]
    [InlineData("https://example.com/#top", "must not have a fragment")]
    [InlineData("https://example.com/#", "must not have a fragment")]
    [InlineData("https://user:word@example.com/", "must not hold a user name or password")]
    [InlineData("https://@example.com/", "must not hold a user name or password")]
    [InlineData("https://example.com/a b", "must be percent-encoded")]
    [InlineData("https:\\\\\\\\example.com", "must be an absolute http or https URL")]
    public void Url_NotCallable_IsRefused(string url, string fault)
    {
        var members = Of($$"""{"url":"{{url}}"}""");
        members.Url("url", 100);

        Errors(members).ShouldBe([$"url: {fault}"]);
    }

    [Theory]
    [InlineData("2026-11-20")]
    [InlineData("2026-11-20T09:10:11")]
    [InlineData("2026-11-20T09:10:1112Z")]
    [InlineData("2026-11-20 09:10:11Z")]
    [InlineData("2026-13-20T09:10:11Z")]
    [InlineData("2026-11-20T09:10:11Z\\n")]
    [InlineData("9999-12-31T23:59:59-12:00")]
    public void Time_NotRfc3339_IsRefused(string time)
    {
        var members = Of($$"""{"at":"{{time}}"}""");
        members.Time("at");

        Errors(members).Single().ShouldStartWith("at: must be a time of RFC 3339");
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""", "must not hold a member twice")]
    [InlineData("""{"a":[{"b":"\udc00"}]}""", "must not hold half of a surrogate pair")]
    [InlineData("""{"\ud800":1}""", "must not hold half of a surrogate pair")]
    [InlineData("""{"a":"0123456789012345678901234567890123456789"}""", "must have at most 40 bytes")]
    [InlineData("[]", "must be an object")]
    public void Object_NotReadAlikeByAll_IsRefused(string json, string fault)
    {
        var members = Of($$"""{"metadata":{{json}}}""");
        members.Object("metadata", 40);

        Errors(members).ShouldBe([$"metadata: {fault}"]);
    }

    [Theory]
    [InlineData("[]", "words: must be a list of 1 to 2 items")]
    [InlineData("\"a\"", "words: must be a list of 1 to 2 items")]
    [InlineData("[\"a\",\"c\"]", "words[1]: must be one of a, b")]
    [InlineData("[\"a\",null]", "words[1]: must be one of a, b")]
    [InlineData("[\"a\",\"a\"]", "words: must not name one twice")]
    public void Choices_NotAmongThem_NamesThePlace(string json, string fault)
    {
        var members = Of($$"""{"words":{{json}}}""");
        members.Choices("words", ["a", "b"]);

        Errors(members).ShouldBe([fault]);
    }

    [Fact]
    public void Refusal_NameHalfOfASurrogatePair_IsAFaultAndNotAFailure()
    {
        var members = Of("""{"\ud800":1,"name":"a"}""");
        members.Text("name", 10);

        Errors(members).ShouldBe(["$: has a member whose name is not text"]);
    }

    [Fact]
    public void Fault_ReaderOfANestedObject_CarriesThePath()
    {
        var faults = new Bridge.Http.Faults();
        var members = new MemberReader(JsonElement.Parse("""{"extra":1}"""), "tasks[3]", faults);
        members.Text("task_id", 10);

        Errors(members).ShouldBe(["tasks[3].task_id: is required", "tasks[3].extra: is not known here"]);
    }

    private static MemberReader Of(string json) => new(JsonElement.Parse(json));

    private static string[] Errors(MemberReader members) =>
        [.. members.Refusal().ShouldNotBeNull().Problem.Errors!.Select(error => $"{error.Key}: {string.Join(" | ", error.Value)}")];
}
