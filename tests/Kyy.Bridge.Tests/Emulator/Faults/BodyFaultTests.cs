using System.Text;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Tests.Emulator.Faults;

public sealed class BodyFaultTests
{
    private const string Link = "\"https://cdn.example.test/1.mp4\"";

    /// <summary>Each changes the one text of an ordinary answer into another, and leaves the rest as it is.</summary>
    [Theory]
    [InlineData("""{"fault":"status_word","value":"almost"}""", "processing", "\"processing\"", "\"almost\"", false)]
    [InlineData("""{"fault":"status_word","value":7}""", "processing", "\"processing\"", "7", false)]
    [InlineData("""{"fault":"status_word","value":""}""", "processing", "\"processing\"", "\"\"", false)]
    [InlineData("""{"fault":"status_word","missing":true}""", "processing", "\"status\":\"processing\",", "", false)]
    [InlineData("""{"fault":"status_word","value":" COMPLETED "}""", "completed", "\"completed\"", "\" COMPLETED \"", true)]
    [InlineData("""{"fault":"status_word","value":"succeeded"}""", "completed", "\"completed\"", "\"succeeded\"", true)]
    [InlineData("""{"fault":"status_word","value":"running"}""", "processing", "\"processing\"", "\"running\"", false)]
    [InlineData("""{"fault":"status_word","value":"expired"}""", "processing", "\"processing\"", "\"expired\"", false)]
    [InlineData("""{"fault":"statuses","values":["completed"]}""", "completed", "", "", true)]
    [InlineData("""{"fault":"video_url","as":"completed","value":null}""", "completed", Link, "null", false)]
    [InlineData("""{"fault":"video_url","as":"completed","value":""}""", "completed", Link, "\"\"", false)]
    [InlineData("""{"fault":"video_url","as":"completed","missing":true}""", "completed", "\"video_url\":" + Link + ",", "", false)]
    [InlineData(
        """{"fault":"video_url","as":"completed","value":["https://a.test/1"]}""",
        "completed", Link, "[\"https://a.test/1\"]", true)]
    [InlineData(
        """{"fault":"video_url","as":"completed","value":"file:///etc/passwd"}""",
        "completed", Link, "\"file:///etc/passwd\"", false)]
    [InlineData("""{"fault":"video_url","as":"completed","value":"http://10.0.0.1/x"}""", "completed", Link, "\"http://10.0.0.1/x\"", true)]
    [InlineData(
        """{"fault":"video_url","value":"https://a.test/1"}""",
        "processing", "\"video_url\":null", "\"video_url\":\"https://a.test/1\"", false)]
    [InlineData("""{"fault":"actual_duration","as":"completed","value":"5.0"}""", "completed", "8.0", "\"5.0\"", true)]
    [InlineData("""{"fault":"actual_duration","as":"completed","value":5}""", "completed", "8.0", "5", true)]
    [InlineData("""{"fault":"actual_duration","as":"completed","missing":true}""", "completed", "\"actualDuration\":8.0,", "", true)]
    [InlineData(
        """{"fault":"error_text","value":{"code":1,"message":"m"}}""",
        "processing", "\"error\":null", "\"error\":{\"code\":1,\"message\":\"m\"}", false)]
    [InlineData("""{"fault":"error_text","value":"abc","length":7}""", "processing", "\"error\":null", "\"error\":\"abcabca\"", false)]
    [InlineData(
        """{"fault":"error_text","value":"a{key}b"}""",
        "processing", "\"error\":null", "\"error\":\"a" + EmulatorFixture.Key + "b\"", false)]
    [InlineData(
        """{"fault":"error_text","value":"<b>\u0007</b>"}""",
        "processing", "\"error\":null", "\"error\":\"<b>\\u0007</b>\"", false)]
    [InlineData("""{"fault":"identity","as":"completed","id":"another"}""", "completed", "\"vgen_1\"", "\"another\"", false)]
    [InlineData(
        """{"fault":"identity","as":"completed","id":null,"object":"error"}""",
        "completed", "\"vgen_1\",\"object\":\"video\"", "null,\"object\":\"error\"", false)]
    [InlineData(
        """{"fault":"identity","as":"completed","object":"image.generation"}""",
        "completed", "\"video\"", "\"image.generation\"", false)]
    [InlineData("""{"fault":"identity","as":"completed","model":"sora-2"}""", "completed", "\"veo_3_1_fast\"", "\"sora-2\"", false)]
    [InlineData("""{"fault":"created","form":"milliseconds"}""", "processing", "1768478400", "1768478400000", false)]
    [InlineData("""{"fault":"created","form":"text"}""", "processing", "1768478400", "\"1768478400\"", false)]
    [InlineData("""{"fault":"created","form":"zero"}""", "processing", "1768478400", "0", false)]
    [InlineData("""{"fault":"created","form":"future"}""", "processing", "1768478400", "2084011200", false)]
    [InlineData(
        """{"fault":"odd_json","as":"completed","kind":"escaped_slashes"}""",
        "completed", "https://cdn.example.test/1.mp4", "https:\\/\\/cdn.example.test\\/1.mp4", true)]
    [InlineData("""{"fault":"odd_json","as":"completed","kind":"bom"}""", "completed", "{\"id\"", "\uFEFF{\"id\"", true)]
    [InlineData(
        """{"fault":"odd_json","as":"completed","kind":"duplicate_keys"}""",
        "completed", "{\"id\"", "{\"status\":\"queued\",\"id\":\"another\",\"id\"", false)]
    [InlineData(
        """{"fault":"odd_json","as":"completed","kind":"lone_surrogate"}""",
        "completed", "{\"id\"", "{\"note\":\"\\uD83C \\uDF89\\uD800\",\"id\"", false)]
    [InlineData(
        """{"fault":"odd_json","as":"completed","kind":"extra_keys"}""", "completed", "{\"id\"",
        "{\"request_id\":\"r-1\",\"usage\":{\"credits\":[1,2.5,null]},\"id\"", true)]
    public async Task Body_DiffersInWhatTheFaultNames(string fault, string from, string ordinary, string changed, bool endsTask)
    {
        await using var emulator = await FaultFixture.StartAsync(fault);

        var reply = await RawReply.AskAsync(emulator, FaultFixture.Id);

        reply.StatusLine.ShouldBe("HTTP/1.1 200 OK");
        var start = from == "completed" ? FaultFixture.Completed : FaultFixture.Processing;
        reply.Body.ShouldBe(ordinary.Length == 0 ? start : start.Replace(ordinary, changed, StringComparison.Ordinal));
        (await FaultFixture.EndsTaskAsync(emulator)).ShouldBe(endsTask);
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("\"0\"", "\"0\"")]
    [InlineData("200", "200")]
    public async Task Envelope_WrapsTheAnswer(string code, string written)
    {
        await using var emulator = await FaultFixture.StartAsync($$"""{"fault":"envelope","as":"completed","code":{{code}}}""");

        var reply = await RawReply.AskAsync(emulator, FaultFixture.Id);

        reply.Body.ShouldBe($$"""{"code":{{written}},"msg":"success","data":{{FaultFixture.Completed}}}""");
        (await FaultFixture.EndsTaskAsync(emulator)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(60_000, true)]
    [InlineData(1_000_000, false)]
    public async Task ErrorText_LongerThanAClientNeedRead_EndsNothing(int length, bool endsTask)
    {
        await using var emulator = await FaultFixture.StartAsync(
            $$"""{"fault":"error_text","as":"failed","value":"abc","length":{{length}}}""");

        (await RawReply.AskAsync(emulator, FaultFixture.Id)).Body.Length.ShouldBeGreaterThan(length);

        (await FaultFixture.EndsTaskAsync(emulator)).ShouldBe(endsTask);
    }

    [Fact]
    public async Task OddJson_Reordered_HasTheMembersBackwards()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"odd_json","kind":"reordered"}""");

        (await RawReply.AskAsync(emulator, FaultFixture.Id)).Body.ShouldBe(
            """{"error":null,"video_url":null,"status":"processing","model":"veo_3_1_fast","created":1768478400,"object":"video","id":"vgen_1"}""");
    }

    [Fact]
    public async Task OddJson_NonUtf8_HasBytesThatAreNoText()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"odd_json","kind":"non_utf8"}""");

        (await RawReply.AskAsync(emulator, FaultFixture.Id)).BodyBytes
            .ShouldBe([.. "{\"note\":\""u8, 0xFF, 0xC3, 0x28, .. Encoding.UTF8.GetBytes("\"," + FaultFixture.Processing[1..])]);
    }

    [Fact]
    public async Task OddJson_Crlf_IsTheSameOverSeveralLines()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"odd_json","kind":"crlf"}""");

        var body = (await RawReply.AskAsync(emulator, FaultFixture.Id)).Body;

        body.ShouldContain("\r\n  \"status\":\"processing\",\r\n");
        body.Replace("\r\n", "", StringComparison.Ordinal).Replace("  ", "", StringComparison.Ordinal).ShouldBe(FaultFixture.Processing);
    }

    [Fact]
    public async Task Statuses_GoByTheirOwnOrder_TheLastRepeating()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"statuses","values":["processing","queued","completed","processing"]}""");

        (await PollAsync(emulator, 6)).ShouldBe(["processing", "queued", "completed", "processing", "processing", "processing"]);
    }

    [Fact]
    public async Task Statuses_Cycle_WhereTheyAreSaidTo()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"statuses","values":["queued","failed"],"cycle":true}""");

        (await PollAsync(emulator, 4)).ShouldBe(["queued", "failed", "queued", "failed"]);
    }

    [Fact]
    public async Task StaleReplica_IsBehindOnEverySecondPoll()
    {
        await using var emulator = await FaultFixture.StartAsync(
            """{"fault":"stale_replica"}""", EmulatedStatus.Queued, EmulatedStatus.Processing, EmulatedStatus.Processing, EmulatedStatus.Completed);

        (await PollAsync(emulator, 5)).ShouldBe(["queued", "queued", "processing", "processing", "completed"]);
    }

    [Fact]
    public async Task StaleReplica_OfATaskThatGoesByAge_IsBehindByADuration()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"stale_replica","behind":"00:01:00"}""");
        emulator.Server.Tasks.Create(new()
        {
            Family = EmulatedFamily.Veo,
            Id = "timed",
            QueuedFor = TimeSpan.FromMinutes(1),
            ProcessingFor = TimeSpan.FromHours(1),
        });
        emulator.Time.Advance(TimeSpan.FromSeconds(90));

        (await emulator.StatusOfAsync("timed")).ShouldBe("processing");
        (await emulator.StatusOfAsync("timed")).ShouldBe("queued");
        (await emulator.StatusOfAsync("timed")).ShouldBe("processing");
    }

    [Fact]
    public async Task AnIdWithoutATask_IsAnsweredAsEver()
    {
        await using var emulator = await FaultFixture.StartAsync("""{"fault":"identity","id":"another"}""");

        (await emulator.StatusOfAsync("unknown")).ShouldBe("404");
    }

    private static async Task<List<string>> PollAsync(EmulatorFixture emulator, int times)
    {
        var statuses = new List<string>();
        for (var i = 0; i < times; i++) statuses.Add(await emulator.StatusOfAsync(FaultFixture.Id));
        return statuses;
    }
}
