using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Tests.Emulator;

public sealed class EmulatorServerTests
{
    private static readonly NewTask ShortVeo = new()
    {
        Family = EmulatedFamily.Veo,
        Id = "vgen_short",
        QueuedFor = TimeSpan.FromSeconds(40),
        ProcessingFor = TimeSpan.FromSeconds(100),
    };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_FollowsTheTasksAge_Scaled()
    {
        await using var emulator = await EmulatorFixture.StartAsync(new() { TimeScale = 0.1 });
        emulator.Server.Tasks.Create(ShortVeo);

        (await emulator.StatusOfAsync("vgen_short")).ShouldBe("queued");
        emulator.Time.Advance(TimeSpan.FromSeconds(4));
        (await emulator.StatusOfAsync("vgen_short")).ShouldBe("processing");
        emulator.Time.Advance(TimeSpan.FromSeconds(10));
        (await emulator.StatusOfAsync("vgen_short")).ShouldBe("completed");
    }

    [Fact]
    public async Task Status_OfASteppedTask_FollowsTheNumberOfPollsWithTheRightKey()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Server.Tasks.Create(
            ShortVeo with { Statuses = [EmulatedStatus.Queued, EmulatedStatus.Processing, EmulatedStatus.Queued, EmulatedStatus.Failed] });

        (await emulator.StatusOfAsync("vgen_short")).ShouldBe("queued");
        await AskWithAsync(emulator, "Bearer wrong");

        (await emulator.StatusOfAsync("vgen_short")).ShouldBe("processing");
        (await emulator.StatusOfAsync("vgen_short")).ShouldBe("queued");
        (await emulator.StatusOfAsync("vgen_short")).ShouldBe("failed");
        (await emulator.StatusOfAsync("vgen_short")).ShouldBe("failed");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong")]
    [InlineData("bearer " + EmulatorFixture.Key)]
    [InlineData("Bearer  " + EmulatorFixture.Key)]
    [InlineData("Basic " + EmulatorFixture.Key)]
    [InlineData(EmulatorFixture.Key)]
    public async Task Key_NotExactlyRight_Is401AndReported(string? authorization)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Server.Tasks.Create(ShortVeo);

        (await AskWithAsync(emulator, authorization)).ShouldBe("401 {\"message\":\"invalid api key\"}");

        emulator.Server.Report().Violations[Violation.WrongKey].ShouldBe(1);
    }

    [Fact]
    public async Task Key_RevokedAndReplaced_CountsFromTheNextRequestOn()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Server.Tasks.Create(ShortVeo);

        emulator.Server.Revoke(EmulatorFixture.Key);
        emulator.Server.Accept("new");

        (await AskWithAsync(emulator, $"Bearer {EmulatorFixture.Key}")).ShouldStartWith("401");
        (await AskWithAsync(emulator, "Bearer new")).ShouldStartWith("200");
    }

    [Fact]
    public async Task Record_PastItsLife_Is404()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Server.Tasks.Create(ShortVeo with { CreatedAt = emulator.Time.GetUtcNow().AddHours(-1) });

        emulator.Time.Advance(TimeSpan.FromHours(23) - TimeSpan.FromTicks(1));
        (await emulator.StatusOfAsync("vgen_short")).ShouldBe("completed");
        emulator.Time.Advance(TimeSpan.FromTicks(1));

        (await emulator.StatusOfAsync("vgen_short")).ShouldBe("404");
    }

    [Fact]
    public async Task UnknownId_IsToldApartFromAnUnknownRoute()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        using var id = await emulator.PollAsync("no-such");
        using var route = await emulator.Client.GetAsync("/kyyReactApiServer/v1/results/no-such?x=1", Cancelled);

        id.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await id.Content.ReadAsStringAsync(Cancelled)).ShouldBe("""{"message":"task not found"}""");
        route.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await route.Content.ReadAsStringAsync(Cancelled))
            .ShouldBe("""{"message":"No handler found for GET /kyyReactApiServer/v1/results/no-such?x=1"}""");
        emulator.Server.Report().Unrouted.ShouldBe(1);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("with space")]
    [InlineData("已/完成 ü")]
    [InlineData("%2F")]
    [InlineData("a+b=c&d?e#f;g:h@i")]
    public async Task Id_WithCharactersThatNeedEncoding_IsFoundAndNotReported(string id)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Server.Tasks.Create(ShortVeo with { Id = id });

        (await emulator.StatusOfAsync(id)).ShouldBe("queued");

        emulator.Server.PollsOf(id).ShouldHaveSingleItem().Violations.ShouldBe(Violation.None);
    }

    [Fact]
    public async Task Id_EncodedTwice_NamesNoTask()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Server.Tasks.Create(ShortVeo with { Id = "a b" });

        (await emulator.StatusOfAsync(Uri.EscapeDataString("a b"))).ShouldBe("404");
    }

    [Theory]
    [InlineData("/kyyReactApiServer/v1/result/abc%zz")]
    [InlineData("/kyyReactApiServer/v1/result/abc%2")]
    [InlineData("/kyyReactApiServer/v1/result/%FF")]
    [InlineData("/kyyReactApiServer/v1/result/a|b")]
    [InlineData("/kyyReactApiServer/v1/result/abc?model=veo")]
    public async Task Path_NotOneEncodedSegment_IsReported(string target)
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        await SendRawAsync(emulator, $"GET {target} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {EmulatorFixture.Key}\r\nConnection: close\r\n\r\n");

        emulator.Server.Report().Violations.ShouldContain(new KeyValuePair<Violation, int>(Violation.BadlyEncoded, 1));
    }

    [Fact]
    public async Task Get_WithABody_IsReported()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, emulator.UrlOf("any")) { Content = new StringContent("{}") };

        using var response = await emulator.Client.SendAsync(request, Cancelled);

        emulator.Server.Report().Violations[Violation.BodyOnGet].ShouldBe(1);
    }

    [Theory]
    [InlineData(ServiceTier.Default, 30)]
    [InlineData(ServiceTier.Flex, 60)]
    internal async Task Poll_CloserThanTheWindowsMinimum_IsReportedWithItsGap(ServiceTier tier, int minimum)
    {
        await using var emulator = await EmulatorFixture.StartAsync(new() { TimeScale = 0.1 });
        var id = emulator.Server.Tasks.Create(new() { Family = EmulatedFamily.Seedance15, Tier = tier, QueuedFor = TimeSpan.FromDays(1) }).Id;

        await emulator.StatusOfAsync(id);
        emulator.Time.Advance(TimeSpan.FromSeconds(minimum * 0.1));
        await emulator.StatusOfAsync(id);
        emulator.Server.Report().Violations[Violation.TooEarly].ShouldBe(0);
        emulator.Time.Advance(TimeSpan.FromSeconds(minimum * 0.1) - TimeSpan.FromTicks(1));
        await emulator.StatusOfAsync(id);

        var report = emulator.Server.Report();
        report.Violations[Violation.TooEarly].ShouldBe(1);
        report.SmallestGap.ShouldBe(TimeSpan.FromSeconds(minimum * 0.1) - TimeSpan.FromTicks(1));
        report.Examples.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            example => example.Id.ShouldBe(id),
            example => example.Poll.Number.ShouldBe(3),
            example => example.Poll.Gap.ShouldBe(report.SmallestGap));
    }

    [Fact]
    public async Task Poll_AfterTheEndWasWhollySent_IsReportedWithHowLongAfter()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Server.Tasks.Create(ShortVeo with { Statuses = [EmulatedStatus.Processing, EmulatedStatus.Completed] });

        await PollEveryMinuteAsync(emulator, times: 2);
        emulator.Server.Report().Violations[Violation.AfterEnd].ShouldBe(0);
        await PollEveryMinuteAsync(emulator, times: 1);

        emulator.Server.Report().Violations[Violation.AfterEnd].ShouldBe(1);
        emulator.Server.PollsOf("vgen_short")[^1].SinceEnd.ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Poll_AfterAnEndThatNeverArrived_IsNotReported()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        using var hangUp = new CancellationTokenSource();
        emulator.Server.Answer("vgen_short", poll => poll > 1 ? null : RawAnswer.Json(200, "{}") with
        {
            EndsTask = true,
            HeldUntil = new TaskCompletionSource().Task,
        });

        var first = emulator.Client.GetAsync(emulator.UrlOf("vgen_short"), hangUp.Token);
        await emulator.Server.WaitForPollsAsync("vgen_short", 1, EmulatorFixture.Patience);
        await hangUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        emulator.Time.Advance(TimeSpan.FromMinutes(1));
        await emulator.PollAsync("vgen_short");

        emulator.Server.Report().Violations.Values.ShouldAllBe(count => count == 0);
        emulator.Server.PollsOf("vgen_short")[0].SentAt.ShouldBeNull();
    }

    [Fact]
    public async Task Answer_ScriptedByTheTest_IsSentToTheByte_AndNullLeavesThePollToTheTask()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        emulator.Server.Tasks.Create(ShortVeo);
        emulator.Server.Answer("vgen_short", poll => poll == 1
            ? new RawAnswer(429, "text/html; charset=big5", new byte[] { 0xFF, 0, 0x0A }).WithHeader("Retry-After", "7")
            : null);

        using var first = await emulator.PollAsync("vgen_short");

        first.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        first.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
        first.Content.Headers.ContentType.ShouldBe(MediaTypeHeaderValue.Parse("text/html; charset=big5"));
        (await first.Content.ReadAsByteArrayAsync(Cancelled)).ShouldBe([0xFF, 0, 0x0A]);
        (await emulator.StatusOfAsync("vgen_short")).ShouldBe("queued");
        emulator.Server.Report().Answers.ShouldBe(new Dictionary<int, int> { [429] = 1, [200] = 1 }, ignoreOrder: true);
    }

    [Fact]
    public async Task Report_CountsRequestsUnderWayAtOnce()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var released = new TaskCompletionSource();
        string[] ids = ["a", "b", "c"];
        foreach (var id in ids) emulator.Server.Answer(id, _ => new RawAnswer(503) { HeldUntil = released.Task });

        var polls = ids.Select(emulator.PollAsync).ToList();
        foreach (var id in ids) await emulator.Server.WaitForPollsAsync(id, 1, EmulatorFixture.Patience);
        released.SetResult();
        await Task.WhenAll(polls).WaitAsync(EmulatorFixture.Patience, Cancelled);
        await emulator.PollAsync("d");

        emulator.Server.Report().MostParallel.ShouldBe(3);
    }

    [Fact]
    public async Task Dispose_WithAnAnswerHeldForEver_EndsTheConnection()
    {
        var emulator = await EmulatorFixture.StartAsync();
        emulator.Server.Answer("held", _ => new RawAnswer(200) { HeldUntil = new TaskCompletionSource().Task });
        var poll = emulator.PollAsync("held");
        await emulator.Server.WaitForPollsAsync("held", 1, EmulatorFixture.Patience);

        await emulator.Server.DisposeAsync().AsTask().WaitAsync(EmulatorFixture.Patience, Cancelled);

        await Should.ThrowAsync<HttpRequestException>(() => poll);
        emulator.Client.Dispose();
    }

    private static async Task PollEveryMinuteAsync(EmulatorFixture emulator, int times)
    {
        for (var i = 0; i < times; i++)
        {
            emulator.Time.Advance(TimeSpan.FromMinutes(1));
            await emulator.StatusOfAsync("vgen_short");
        }
    }

    private static async Task<string> AskWithAsync(EmulatorFixture emulator, string? authorization)
    {
        var header = authorization is null ? "" : $"Authorization: {authorization}\r\n";
        var answer = await SendRawAsync(emulator, $"GET {emulator.UrlOf("vgen_short").PathAndQuery} HTTP/1.1\r\nHost: h\r\n{header}Connection: close\r\n\r\n");
        return $"{answer.Split(' ')[1]} {answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]}";
    }

    /// <summary>Past the HTTP client, which would mend what is to be seen broken.</summary>
    private static async Task<string> SendRawAsync(EmulatorFixture emulator, string request)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, emulator.Server.ControlUrl.Port, Cancelled);
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancelled);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Cancelled).WaitAsync(EmulatorFixture.Patience, Cancelled);
    }
}
