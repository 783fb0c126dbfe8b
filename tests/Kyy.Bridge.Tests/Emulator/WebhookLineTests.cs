using System.Text;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;

namespace Kyy.Bridge.Tests.Emulator;

public sealed class WebhookLineTests
{
    [Fact]
    public void Line_SaysWhenWhatAndWhetherToBelieveIt() =>
        LineOf("""{"type":"task.completed","data":{"task_id":"vgen_1"}}""", WebhookVerification.Verified)
            .ShouldBe("09:10:11.123  task.completed  vgen_1  signature verified  204");

    [Fact]
    public void Line_OfARefusedOne_SaysWhy() =>
        LineOf("""{"type":"task.failed","data":{"task_id":"vgen_1"}}""", WebhookVerification.NoMatchingSignature)
            .ShouldContain("REFUSED: no signature matches");

    [Fact]
    public void Line_NamesEveryVerdict() =>
        Enum.GetValues<WebhookVerification>().Select(verdict => LineOf("{}", verdict)).Distinct().Count()
            .ShouldBe(Enum.GetValues<WebhookVerification>().Length);

    [Theory]
    [InlineData("not json")]
    [InlineData("[1]")]
    [InlineData("""{"type":7,"data":"x"}""")]
    [InlineData("""{"type":"a\u001b[31m\nb","data":{}}""")]
    public void Line_OfAnythingAtAll_IsOneLineWithoutControlCharacters(string body) =>
        LineOf(body, null).Any(char.IsControl).ShouldBeFalse();

    private static string LineOf(string body, WebhookVerification? verification) => WebhookLine.Of(new()
    {
        Number = 1,
        ReceivedAt = new DateTimeOffset(2026, 11, 20, 9, 10, 11, 123, TimeSpan.Zero),
        Path = "/hooks/",
        WebhookId = "evt_1",
        Attempt = 1,
        Headers = new Dictionary<string, string>(),
        Body = Encoding.UTF8.GetBytes(body),
        Verification = verification,
        StatusCode = 204,
    });
}
