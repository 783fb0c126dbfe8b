using System.IO.Compression;
using System.Text;

namespace Kyy.Bridge.Tests.Upstream;

public class UpstreamReplyReaderTests
{
    private const string Completed = """{"id":"video_1","object":"video","status":"completed","video_url":"https://c.example.test/a"}""";

    [Theory]
    [InlineData(202, "NoNews 202")]
    [InlineData(204, "NoNews 204")]
    [InlineData(304, "NoNews 304")]
    [InlineData(206, "Unreachable UnexpectedStatus 206")]
    [InlineData(301, "Unreachable Redirected 301")]
    [InlineData(307, "Unreachable Redirected 307")]
    [InlineData(400, "NotFound 400")]
    [InlineData(401, "KeyRefused 401")]
    [InlineData(402, "KeyRefused 402")]
    [InlineData(403, "KeyRefused 403")]
    [InlineData(404, "NotFound 404")]
    [InlineData(408, "Unreachable RequestTimeout 408")]
    [InlineData(410, "NotFound 410")]
    [InlineData(425, "Unreachable RequestTimeout 425")]
    [InlineData(429, "Throttled")]
    [InlineData(418, "Unreachable UnexpectedStatus 418")]
    [InlineData(500, "Unreachable ServerError 500")]
    [InlineData(503, "Unreachable ServerError 503")]
    [InlineData(524, "Unreachable ServerError 524")]
    [InlineData(999, "Unreachable ServerError 999")]
    public void Read_HttpStatus_DecidesBeforeTheBodyIsLookedAt(int statusCode, string expected) =>
        Answers.Read(Completed, statusCode).Line().ShouldBe(expected);

    [Theory]
    [InlineData("""{"message":"No handler found for GET /kyyReactApiServer/v1/results/video_1"}""", "WrongRoute")]
    [InlineData("""{"message":"no handler found for GET /"}""", "WrongRoute")]
    [InlineData("""{"detail":"No static resource kyyReactApiServer/v1/results/video_1."}""", "WrongRoute")]
    [InlineData("<html><body>404 Not Found</body></html>", "NotFound 404")]
    [InlineData("""{"message":"task not found"}""", "NotFound 404")]
    [InlineData("", "NotFound 404")]
    public void Read_NotFound_TellsAWrongRouteFromAMissingTask(string body, string expected) =>
        Answers.Read(body, 404).Line().ShouldBe(expected);

    [Theory]
    [InlineData("7", "00:00:07")]
    [InlineData(" 7 ", "00:00:07")]
    [InlineData("7, 9,8", "00:00:09")]
    [InlineData("7, 99999999", "00:00:07")]
    [InlineData("7, abc", null)]
    [InlineData("7.5", null)]
    [InlineData("Friday, 20-Nov-26 12:01:00 GMT", "00:01:00")]
    [InlineData("Fri Nov 20 12:01:00 2026", "00:01:00")]
    [InlineData("Fri, 20 Nov 2026 12:01:00 GMT, 9", null)]
    [InlineData("2026-11-20T12:01:00Z", null)]
    [InlineData(",", null)]
    [InlineData("Fri, 20 Nov 2026 12:01:00 GMT", "00:01:00")]
    [InlineData("86400", "1.00:00:00")]
    [InlineData("86401", null)]
    [InlineData("Fri, 20 Nov 2026 11:59:00 GMT", null)]
    [InlineData("Fri, 20 Nov 2036 12:00:00 GMT", null)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("abc", null)]
    [InlineData("99999999999999999999", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Read_RetryAfter_CountsOnlyWhereItIsSensible(string? header, string? wait)
    {
        Answers.Read("", 429, header).Line().ShouldBe($"Throttled {wait}".TrimEnd());
        Answers.Read("", 503, header).Line().ShouldBe($"Unreachable ServerError 503 {wait}".TrimEnd());
    }

    [Theory]
    [InlineData("00:00:09", "7", "9")]
    [InlineData("00:00:09", "9", "abc", "-1")]
    [InlineData("00:01:00", "7", "Fri, 20 Nov 2026 12:01:00 GMT")]
    [InlineData(null, "abc", "")]
    public void Read_SeveralRetryAfters_CountsTheLongestThatIsSensible(string? wait, params string[] headers) =>
        Answers.Read([], 429, headers).Line().ShouldBe($"Throttled {wait}".TrimEnd());

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"completed\"")]
    [InlineData("42")]
    [InlineData("<html><body>Bad gateway</body></html>")]
    [InlineData("""{"id":"video_1","object":"video","status":"comple""")]
    [InlineData("""{"id":"video_1","status":"completed","actualDuration":NaN}""")]
    [InlineData("""{"id":"video_1","status":"completed"}{}""")]
    public void Read_NoJsonObject_IsTransient(string body) => Answers.Read(body).Line().ShouldBe("Unreachable BadBody");

    [Fact]
    public void Read_NestedTenThousandDeep_IsTransient()
    {
        var deep = new string('[', 10_000) + new string(']', 10_000);

        Answers.Read(deep).Line().ShouldBe("Unreachable BadBody");
        Answers.Read($"{Completed[..^1]},\"x\":{deep}}}").Line().ShouldBe("Unreachable BadBody");
    }

    [Fact]
    public void Read_OneByteOverTheCap_IsTooLarge()
    {
        Answers.Read(Completed.PadRight(64 * 1024)).Line().ShouldStartWith("Completed");
        Answers.Read(Completed.PadRight((64 * 1024) + 1)).Line().ShouldBe("Unreachable TooLarge");
    }

    [Fact]
    public void Read_BodyStillCompressed_IsTransient()
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionMode.Compress)) gzip.Write(Encoding.UTF8.GetBytes(Completed));

        Answers.Read(bytes.ToArray()).Line().ShouldBe("Unreachable BadBody");
    }

    [Theory]
    [InlineData("queued", "Queued")]
    [InlineData("pending", "Queued")]
    [InlineData("processing", "Processing")]
    [InlineData("running", "Processing")]
    [InlineData("in_progress", "Processing")]
    [InlineData("completed", "CompletedWithoutUrl")]
    [InlineData("COMPLETED", "CompletedWithoutUrl")]
    [InlineData(" completed ", "CompletedWithoutUrl")]
    [InlineData("succeeded", "CompletedWithoutUrl")]
    [InlineData("failed", "Failed")]
    [InlineData("Failed\\n", "Failed")]
    [InlineData("cancelled", "Cancelled")]
    [InlineData("canceled", "Cancelled")]
    [InlineData("expired", "Expired")]
    [InlineData("paused", "NotUnderstood StatusUnknown paused")]
    [InlineData("Pau\\u0073ed", "NotUnderstood StatusUnknown Paused")]
    [InlineData("failed!", "NotUnderstood StatusUnknown failed!")]
    [InlineData("", "NotUnderstood StatusMissing")]
    [InlineData("  ", "NotUnderstood StatusMissing")]
    public void Read_StatusWord_IsNormalisedAndAnUnknownOneNeverEndsATask(string status, string expected) =>
        Answers.Read(Answers.Task($$"""
            "status":"{{status}}"
            """)).Line().ShouldBe(expected);

    [Theory]
    [InlineData("3", "NotUnderstood StatusUnknown 3")]
    [InlineData("true", "NotUnderstood StatusUnknown true")]
    [InlineData("""["completed"]""", """NotUnderstood StatusUnknown ["completed"]""")]
    [InlineData("null", "NotUnderstood StatusMissing")]
    public void Read_StatusThatIsNoText_IsKeptRawAndNeverEndsATask(string status, string expected) =>
        Answers.Read(Answers.Task($$"""
            "status":{{status}}
            """)).Line().ShouldBe(expected);

    [Fact]
    public void Read_NoStatusAtAll_IsNotUnderstood() =>
        Answers.Read("""{"id":"video_1","object":"video"}""").Line().ShouldBe("NotUnderstood StatusMissing");

    [Theory]
    [InlineData("""{"id":null,"object":"error","created":1,"model":null,"status":"failed","error":"no"}""")]
    [InlineData("""{"id":null,"object":"video","status":"failed"}""")]
    [InlineData("""{"id":null,"status":"processing"}""")]
    public void Read_AnswerOfNoTask_IsTakenForAnUnknownId_WhateverItsStatus(string body) =>
        Answers.Read(body).Line().ShouldBe("NotFound 200");

    [Theory]
    [InlineData("""{"id":null,"object":"image.generation","status":"failed"}""", "NotOurs ForeignObject")]
    [InlineData("""{"id":"video_1","object":"error","status":"failed"}""", "NotOurs ErrorObject")]
    [InlineData("""{"id":"video_1","object":" ERROR ","status":"failed"}""", "NotOurs ErrorObject")]
    [InlineData("""{"object":"error","status":"processing"}""", "NotOurs ErrorObject")]
    [InlineData("""{"id":"video_1","object":"image.generation","status":"completed"}""", "NotOurs ForeignObject")]
    [InlineData("""{"id":"video_1","object":{},"status":"completed"}""", "NotOurs ForeignObject")]
    [InlineData("""{"id":"video_2","object":"video","status":"completed"}""", "NotOurs ForeignId")]
    [InlineData("""{"id":"VIDEO_1","object":"video","status":"completed"}""", "NotOurs ForeignId")]
    [InlineData("""{"id":"","object":"video","status":"failed"}""", "NotOurs ForeignId")]
    [InlineData("""{"id":1,"object":"video","status":"failed"}""", "NotOurs ForeignId")]
    [InlineData("""{"id":"video_2","object":"video"}""", "NotOurs ForeignId")]
    public void Read_AnswerThatIsNotOurs_IsVetoedBeforeItsStatus(string body, string expected) =>
        Answers.Read(body).Line().ShouldBe(expected);

    [Theory]
    [InlineData("queued", "Queued")]
    [InlineData("processing", "Processing")]
    [InlineData("completed", "NotOurs MissingId")]
    [InlineData("failed", "NotOurs MissingId")]
    [InlineData("cancelled", "NotOurs MissingId")]
    [InlineData("expired", "NotOurs MissingId")]
    [InlineData("paused", "NotUnderstood StatusUnknown paused")]
    public void Read_WithoutAnId_MayWaitButNeverEndsATask(string status, string expected) =>
        Answers.Read($$"""{"object":"video","status":"{{status}}"}""").Line().ShouldBe(expected);

    [Theory]
    [InlineData("""{"id":"video_1","status":"failed"}""", "Failed")]
    [InlineData("""{"id":"video_1","object":null,"status":"failed"}""", "Failed")]
    [InlineData("""{"status":"failed","object":"Video","id":"video\u005f1","extra":{"id":null}}""", "Failed")]
    public void Read_OurIdEchoed_IsEnough(string body, string expected) => Answers.Read(body).Line().ShouldBe(expected);

    [Fact]
    public void Read_NumberAsId_EqualsTheSameDigits() =>
        Answers.Read("""{"id":12345,"status":"failed"}"""u8.ToArray(), id: "12345").Line().ShouldBe("Failed");

    [Theory]
    [InlineData("true")]
    [InlineData("[1]")]
    [InlineData("""{"a":1}""")]
    public void Read_AnythingElseAsId_IsNobodys(string id) =>
        Answers.Read(Encoding.UTF8.GetBytes($$"""{"id":{{id}},"status":"failed"}"""), id: id).Line().ShouldBe("NotOurs ForeignId");

    [Theory]
    [InlineData("""{"code":0,"msg":"ok","data":{"id":"video_1","status":"failed"}}""", "Failed")]
    [InlineData("""{"code":"0","data":{"id":"video_1","status":"processing"}}""", "Processing")]
    [InlineData("""{"code":200,"status":"success","data":{"id":"video_1","status":"cancelled"}}""", "Cancelled")]
    [InlineData("""{"code":0,"data":{"id":null,"object":"error","status":"failed"}}""", "NotFound 200")]
    [InlineData("""{"code":0,"data":{"id":"video_2","status":"failed"}}""", "NotOurs ForeignId")]
    [InlineData("""{"code":0,"data":{"status":"failed"}}""", "NotOurs MissingId")]
    [InlineData("""{"code":0,"data":{}}""", "NotUnderstood StatusMissing")]
    [InlineData("""{"code":0,"data":null}""", "NotFound 200")]
    [InlineData("""{"code":-1,"data":null}""", "NotFound 200")]
    [InlineData("""{"code":"-1","msg":"no such task"}""", "NotFound 200")]
    [InlineData("""{"code":-1,"status":"failed","data":null}""", "NotFound 200")]
    [InlineData("""{"code":401,"msg":"invalid key","data":null}""", "KeyRefused 401")]
    [InlineData("""{"code":"403","data":null}""", "KeyRefused 403")]
    [InlineData("""{"code":404,"data":null}""", "NotFound 404")]
    [InlineData("""{"code":429,"data":null}""", "Throttled")]
    [InlineData("""{"code":500,"data":null}""", "Unreachable ServerError 500")]
    [InlineData("""{"code":500,"data":{"id":"video_1","status":"failed"}}""", "NotUnderstood Envelope")]
    [InlineData("""{"code":-1,"data":{"id":"video_1","status":"failed"}}""", "NotUnderstood Envelope")]
    [InlineData("""{"code":0,"data":[{"id":"video_1","status":"failed"}]}""", "NotUnderstood Envelope")]
    [InlineData("""{"code":"x","data":"y"}""", "NotUnderstood Envelope")]
    [InlineData("""{"code":401,"msg":"invalid key","data":{}}""", "KeyRefused 401")]
    [InlineData("""{"code":429,"data":""}""", "Throttled")]
    [InlineData("""{"code":503,"data":[]}""", "Unreachable ServerError 503")]
    [InlineData("""{"code":-1,"data":{}}""", "NotFound 200")]
    [InlineData("""{"code":9999,"msg":"system busy","data":null}""", "NotUnderstood Envelope")]
    [InlineData("""{"code":"x","msg":"system busy"}""", "NotUnderstood Envelope")]
    [InlineData("""{"code":1e999,"data":null}""", "NotUnderstood Envelope")]
    [InlineData("""{"code":null,"msg":null,"data":null}""", "NotUnderstood StatusMissing")]
    [InlineData("""{"code":null,"status":"processing"}""", "Processing")]
    [InlineData("""{"code":null,"status":"failed"}""", "NotOurs MissingId")]
    [InlineData("""{"code":0,"code":401,"data":{"id":"video_1","status":"failed"}}""", "NotUnderstood Contradiction")]
    [InlineData("""{"code":0,"data":{"id":"video_1","status":"failed"},"data":{}}""", "NotUnderstood Contradiction")]
    [InlineData("""{"id":"video_1","status":"failed","code":17}""", "Failed")]
    public void Read_Envelope_IsUnwrappedOnlyWhereItSaysSuccess(string body, string expected) =>
        Answers.Read(body).Line().ShouldBe(expected);

    [Theory]
    [InlineData("""{"id":"video_1","status":"processing","status":"failed"}""", "NotUnderstood Contradiction")]
    [InlineData("""{"id":"video_1","status":"failed","stat\u0075s":"processing"}""", "NotUnderstood Contradiction")]
    [InlineData("""{"id":"video_1","id":"video_2","status":"failed"}""", "NotUnderstood Contradiction")]
    [InlineData("""{"id":null,"id":"video_1","status":"failed"}""", "NotUnderstood Contradiction")]
    [InlineData("""{"id":"video_1","object":"error","object":"video","status":"failed"}""", "NotUnderstood Contradiction")]
    [InlineData("""{"id":"video_1","status":"failed","status":"failed"}""", "Failed")]
    [InlineData("""{"id":"video_1","status":"failed","error":"first","error":"second"}""", "Failed second")]
    [InlineData("""{"id":"video_1","status":"failed","error":"first","error":null}""", "Failed first")]
    public void Read_DuplicateMembers_NeverEndATaskWhereTheyContradict(string body, string expected) =>
        Answers.Read(body).Line().ShouldBe(expected);

    [Fact]
    public void Read_ByteOrderMarkLineEndsAndEscapedSlashes_AreFine()
    {
        var body = "\r\n" + Completed.Replace("/", "\\/").Replace(",", ",\r\n\t");

        Answers.Read([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(body)]).Line().ShouldBe("Completed https://c.example.test/a");
    }

    [Fact]
    public void Read_BrokenTextBesideAClearStatus_IsReadAllTheSame()
    {
        Answers.Read("""{"id":"video_1","status":"failed","\ud800":1,"error":"half \ud800 pair"}""")
            .Line().ShouldBe("Failed half \ufffd pair");
        Answers.Read([.. """{"id":"video_1","status":"failed","error":"byte """u8, 0xFF, .. "\"}"u8])
            .Line().ShouldBe("Failed byte \ufffd");
    }
}
