using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Upstream;

/// <summary>The quick reader knows the documented form alone, and never says anything else than the one for all forms.</summary>
public class DocumentedAnswerTests
{
    private const int Answers = 4_000;

    [Theory]
    [InlineData("""{"id":"video_1","object":"video","created":1761635478,"status":"queued","video_url":null,"error":null}""")]
    [InlineData("""{"id":"video_1","object":"video","created":1761635478,"model":"m","status":"processing","error":null}""")]
    [InlineData("""
        {"id":"video_1","object":"video","created":1761635478,"status":"completed","video_url":"https://c.example.test/a","actualDuration":5.0,"error":null}
        """)]
    [InlineData("""{"id":"video_1","object":"video","status":"failed","error":"bad prompt"}""")]
    public void Read_DocumentedForm_IsAReading(string body) => Read(body).ShouldBeAssignableTo<UpstreamReply.Reading>();

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{]}")]
    [InlineData("""{"id":"video_1","object":"video","status":"failed"}}""")]
    [InlineData("""{"id":"video_1","object":"video","status":"failed",}""")]
    [InlineData("""{"id":"video_1","object":"video","status":"failed"} {"id":"video_1"}""")]
    [InlineData("""{"id":"video_2","object":"video","status":"failed"}""")]
    [InlineData("""{"id":"video_1","object":"error","status":"failed"}""")]
    [InlineData("""{"id":"video_1","object":"video","status":"failed","status":"failed"}""")]
    [InlineData("""{"id":"video_1","object":"video","status":null}""")]
    [InlineData("""{"id":"video_1","object":"video","status":"failed","code":0}""")]
    [InlineData("""{"id":"video_1","object":"video","status":"failed","error":{"message":"no"}}""")]
    [InlineData("""{"id":"video_1","object":"video","status":"failed","created":"1761635478"}""")]
    [InlineData("""{"\u0069d":"video_1","object":"video","status":"failed"}""")]
    [InlineData("""{"id":"video\u005f1","object":"video","status":"failed"}""")]
    [InlineData("""{"id":"video_1","object":"video","status":"failed","error":"é"}""")]
    [InlineData("""{"object":"video","status":"failed"}""")]
    public void Read_AnythingElse_IsLeftToTheReaderForAllForms(string body) => Read(body).ShouldBeNull();

    [Fact]
    public void Of_any_answer_it_says_the_same_or_nothing()
    {
        var read = 0;
        Check(GeneratedAnswers.Any, answer => read += SaysTheSame(answer) ? 1 : 0);
        Check(Near, answer => read += SaysTheSame(answer) ? 1 : 0);

        // Otherwise the property would say nothing.
        read.ShouldBeGreaterThan(Answers / 4);
    }

    // Each member as it is documented or, now and then, as anything else, in any order, and now and then one of them twice.
    private static Arbitrary<GeneratedAnswer> Near { get; } = Arb.From(
        from members in Gen.CollectToList([
            Member("id", "\"video_1\""), Member("object", "\"video\""), Member("created", "1761635478", "1795262401", "1e999", "-0"),
            Member("model", "\"veo_3_1\"", "\" \"", $"\"see {Upstream.Answers.Key}\""),
            Member("status", "\"queued\"", "\"processing\"", "\"completed\"", "\"failed\"", "\"Paused\"", "\" failed \"", "\"\""),
            Member("video_url", "null", "\"https://c.example.test/a?b=c\"", "\"http://127.0.0.1/a\"", "\"file:///a\"", "\"\""),
            Member("actualDuration", "null", "5", "5.0", "86401"),
            Member("error", "null", "\"bad prompt\"", "\"  \"", $"\"Authorization: Bearer {Upstream.Answers.Key}\"")])
        from twice in Gen.Frequency((9, Gen.Constant(0)), (1, Gen.Constant(1)))
        from order in Gen.Shuffle<string>([.. members, .. members.Take(twice)])
        from end in Gen.Frequency((9, Gen.Elements("}", "}\n", " }")), (1, Gen.Elements("", ",}", "}}", "} x")))
        select new GeneratedAnswer("video_1", 200, [], Encoding.UTF8.GetBytes($"{{{string.Join(',', order)}{end}")),
        GeneratedAnswer.Simpler);

    private static Gen<string> Member(string name, params string[] documented) =>
        from value in Gen.Frequency((30, Gen.Elements(documented)), (1, GeneratedJson.Value))
        select $"\"{name}\":{value}";

    private static bool SaysTheSame(GeneratedAnswer generated)
    {
        UpstreamAnswer answer = new(
            generated.AskedId, generated.StatusCode, generated.RetryAfter, generated.Body, Upstream.Answers.Mask, Upstream.Answers.Now);
        if (DocumentedAnswer.Read(answer) is not { } reply) return false;
        Written(reply).ShouldBe(Written(UpstreamBodyReader.ReadAny(answer)), $"{generated}");
        return true;
    }

    private static string Written(UpstreamReply reply) => $"{reply.GetType().Name} {JsonSerializer.Serialize<object>(reply)}";

    private static UpstreamReply? Read(string body) => DocumentedAnswer.Read(
        new(Upstream.Answers.Id, 200, [], Encoding.UTF8.GetBytes(body), Upstream.Answers.Mask, Upstream.Answers.Now));

    private static void Check(Arbitrary<GeneratedAnswer> arbitrary, Action<GeneratedAnswer> property) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(Answers).WithQuietOnSuccess(true), Prop.ForAll(arbitrary, property));
}
