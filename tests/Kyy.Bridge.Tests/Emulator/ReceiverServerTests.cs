using System.Net;
using System.Text;
using System.Text.Json;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Emulator;

public sealed class ReceiverServerTests : IAsyncLifetime
{
    private const string Body = """{"type":"task.completed","data":{"task_id":"vgen_1","note":"ü\u0000"}}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ManualTime _time = new();
    private readonly WebhookSecret _secret = WebhookSecret.Create();
    private readonly HttpClient _client = new(new SocketsHttpHandler()) { Timeout = Patience };
    private ReceiverServer _receiver = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _receiver = await ReceiverServer.StartAsync(new() { Secrets = [_secret] }, _time);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Webhook_Genuine_IsKeptToTheByteAnd204()
    {
        using var response = await SendAsync(SignedBy(_secret));

        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        _receiver.Webhooks.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            webhook => webhook.Verification.ShouldBe(WebhookVerification.Verified),
            webhook => webhook.WebhookId.ShouldBe("evt_1"),
            webhook => webhook.Path.ShouldBe("/hooks/a?b=%2F"),
            webhook => webhook.Body.ToArray().ShouldBe(Encoding.UTF8.GetBytes(Body)),
            webhook => webhook.Headers["Content-Type"].ShouldBe("application/json"),
            webhook => webhook.ReceivedAt.ShouldBe(_time.GetUtcNow()),
            webhook => webhook.StatusCode.ShouldBe(204));
    }

    [Theory]
    [InlineData(WebhookVerification.NoMatchingSignature)]
    [InlineData(WebhookVerification.HeaderMissing)]
    [InlineData(WebhookVerification.TooOld)]
    public async Task Webhook_NotGenuine_IsKeptWithTheReasonAnd400(WebhookVerification reason)
    {
        var request = SignedBy(_secret);
        switch (reason)
        {
            case WebhookVerification.NoMatchingSignature: request.Content = new StringContent(Body.Replace("vgen_1", "vgen_2", StringComparison.Ordinal)); break;
            case WebhookVerification.HeaderMissing: request.Headers.Remove(WebhookSignature.IdHeader); break;
            default: _time.Advance(TimeSpan.FromMinutes(6)); break;
        }

        using var response = await SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        _receiver.Webhooks.ShouldHaveSingleItem().Verification.ShouldBe(reason);
    }

    [Fact]
    public async Task Secrets_SetLater_CountFromTheNextWebhookOn()
    {
        var other = WebhookSecret.Create();
        _receiver.Secrets = [];
        (await SendAsync(SignedBy(other))).Dispose();
        _receiver.Secrets = [_secret, other];
        (await SendAsync(SignedBy(other))).Dispose();

        _receiver.Webhooks.Select(webhook => webhook.Verification).ShouldBe([null, WebhookVerification.Verified]);
        _receiver.Webhooks.Select(webhook => webhook.StatusCode).ShouldBe([204, 204]);
    }

    [Fact]
    public async Task Answer_ByAttempt_FailsTheFirstTwoOnly()
    {
        _receiver.Answer = webhook => new RawAnswer(webhook.Attempt <= 2 ? 500 : 204);

        var codes = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            using var response = await SendAsync(SignedBy(_secret));
            codes.Add((int)response.StatusCode);
        }

        codes.ShouldBe([500, 500, 204]);
    }

    [Fact]
    public async Task AnswerAt_HoldsForItsPathAlone()
    {
        _receiver.AnswerAt("/hooks/gone", _ => new RawAnswer(410, "text/plain", new byte[] { 0, 0x41, 0xFF }).WithHeader("Retry-After", "9"));

        using var gone = await SendAsync(SignedBy(_secret), "/hooks/gone");
        using var other = await SendAsync(SignedBy(_secret));

        gone.StatusCode.ShouldBe(HttpStatusCode.Gone);
        gone.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(9));
        (await gone.Content.ReadAsByteArrayAsync(Cancelled)).ShouldBe([0, 0x41, 0xFF]);
        other.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Answer_HeldBack_IsSentWhenReleased_ThoughTheWebhookIsKeptAtOnce()
    {
        var release = new TaskCompletionSource();
        _receiver.Answer = _ => new RawAnswer(202) { HeldUntil = release.Task };

        var sending = SendAsync(SignedBy(_secret));
        await _receiver.WaitForAsync(_ => true, 1, Patience);
        sending.IsCompleted.ShouldBeFalse();
        release.SetResult();

        using var response = await sending;
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task WaitFor_SeesThoseAlreadyThereAndThoseToCome_AndOnlyTheMatchingOnes()
    {
        (await SendAsync(SignedBy(_secret), "/hooks/a")).Dispose();

        var waiting = _receiver.WaitForAsync(webhook => webhook.Path == "/hooks/a", 2, Patience);
        (await SendAsync(SignedBy(_secret), "/hooks/b")).Dispose();
        waiting.IsCompleted.ShouldBeFalse();
        (await SendAsync(SignedBy(_secret), "/hooks/a")).Dispose();

        (await waiting).Select(webhook => webhook.Number).ShouldBe([1, 3]);
    }

    [Fact]
    public async Task WaitFor_TooFew_SaysHowManyCame()
    {
        (await SendAsync(SignedBy(_secret))).Dispose();

        var late = await Should.ThrowAsync<TimeoutException>(() => _receiver.WaitForAsync(_ => true, 2, TimeSpan.FromMilliseconds(1)));

        late.Message.ShouldStartWith("1 of 2");
    }

    [Fact]
    public async Task Control_SetsTheSecret_AndListsWhatCameAfterANumber()
    {
        var other = WebhookSecret.Create();
        using var secret = new StringContent($$"""{"secret":"{{other.Reveal()}}"}""", Encoding.UTF8, "application/json");
        using var set = await _client.PutAsync(new Uri(_receiver.BaseUrl, "/control/secret"), secret, Cancelled);
        set.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await SendAsync(SignedBy(_secret))).Dispose();
        (await SendAsync(SignedBy(other))).Dispose();

        using var list = JsonDocument.Parse(
            await _client.GetByteArrayAsync(new Uri(_receiver.BaseUrl, "/control/received?after=1"), Cancelled));

        var webhook = list.RootElement.EnumerateArray().ShouldHaveSingleItem();
        webhook.GetProperty("number").GetInt32().ShouldBe(2);
        webhook.GetProperty("webhook_id").GetString().ShouldBe("evt_1");
        webhook.GetProperty("verification").GetString().ShouldBe("verified");
        webhook.GetProperty("body").GetBytesFromBase64().ShouldBe(Encoding.UTF8.GetBytes(Body));
        list.RootElement.GetRawText().ShouldNotContain(other.Reveal());
    }

    [Theory]
    [InlineData("""{"secret":"whsec_short"}""")]
    [InlineData("{}")]
    [InlineData("not json")]
    public async Task Control_NoSecret_Is400_AndTheOldOneStays(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await _client.PutAsync(new Uri(_receiver.BaseUrl, "/control/secret"), content, Cancelled);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        _receiver.Secrets.ShouldBe([_secret]);
    }

    [Fact]
    public async Task Control_SetsTheCodesOfOneHook_ForGenuineWebhooks()
    {
        using var codes = new StringContent("""{"path":"/hooks/slow","statuses":[500,500,202]}""", Encoding.UTF8, "application/json");
        using var set = await _client.PutAsync(new Uri(_receiver.BaseUrl, "/control/answers"), codes, Cancelled);
        set.StatusCode.ShouldBe(HttpStatusCode.NoContent);

        var answers = new List<int>();
        foreach (var secret in new[] { _secret, WebhookSecret.Create(), _secret, _secret })
        {
            using var response = await SendAsync(SignedBy(secret), "/hooks/slow");
            answers.Add((int)response.StatusCode);
        }

        using var other = await SendAsync(SignedBy(_secret), "/hooks/other");
        answers.ShouldBe([500, 400, 202, 202]);
        other.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("""{"path":"/hooks/a","statuses":[]}""")]
    [InlineData("""{"path":"/hooks/a","statuses":[500,99]}""")]
    [InlineData("""{"statuses":[500]}""")]
    public async Task Control_NoCodes_Is400(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await _client.PutAsync(new Uri(_receiver.BaseUrl, "/control/answers"), content, Cancelled);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private HttpRequestMessage SignedBy(WebhookSecret secret)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var body = Encoding.UTF8.GetBytes(Body);
        var request = new HttpRequestMessage(HttpMethod.Post, (Uri?)null) { Content = new ByteArrayContent(body) };
        request.Content.Headers.Add("Content-Type", "application/json");
        request.Headers.Add(WebhookSignature.IdHeader, "evt_1");
        request.Headers.Add(WebhookSignature.TimestampHeader, now.ToString(System.Globalization.CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation(WebhookSignature.SignatureHeader, WebhookSignature.Sign(secret, "evt_1", now, body));
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string path = "/hooks/a?b=%2F")
    {
        request.RequestUri = new Uri(_receiver.BaseUrl, path);
        using (request) return await _client.SendAsync(request, Cancelled);
    }
}
