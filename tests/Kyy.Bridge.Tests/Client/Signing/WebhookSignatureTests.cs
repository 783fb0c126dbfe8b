using System.Text;
using Kyy.Bridge.Client.Signing;

namespace Kyy.Bridge.Tests.Client.Signing;

public sealed class WebhookSignatureTests
{
    // The known answer in the tests of all reference libraries of Standard Webhooks, for instance TestWebhookSign in
    // libraries/go/webhook_test.go of github.com/standard-webhooks/standard-webhooks. The specification's text has no full example.
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const long Timestamp = 1614265330;
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private static readonly WebhookSecret Secret = WebhookSecret.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    private static readonly byte[] Body = """{"test": 2432232314}"""u8.ToArray();

    [Fact]
    public void Sign_ReferenceLibrariesExample_IsTheirSignature() =>
        WebhookSignature.Sign(Secret, Id, Timestamp, Body).ShouldBe(Signature);

    [Fact]
    public void Sign_SeveralSecrets_GivesOneSignatureEachInTheirOrder()
    {
        var other = WebhookSecret.Create();

        var both = WebhookSignature.Sign([other, Secret], Id, Timestamp, Body);

        both.ShouldBe($"{WebhookSignature.Sign(other, Id, Timestamp, Body)} {Signature}");
    }

    [Fact]
    public void Sign_BodyThatIsNotText_IsSignedAsBytes()
    {
        byte[] invalid = [0xff, 0x00, 0xfe];

        var signature = WebhookSignature.Sign(Secret, Id, Timestamp, invalid);

        signature.ShouldNotBe(WebhookSignature.Sign(Secret, Id, Timestamp, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(invalid))));
    }
}
