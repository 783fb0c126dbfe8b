using System.Globalization;
using Kyy.Bridge.Client.Signing;

namespace Kyy.Bridge.Tests.Client.Signing;

public sealed class WebhookVerifierTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const long Sent = 1614265330;
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private static readonly byte[] Body = """{"test": 2432232314}"""u8.ToArray();
    private static readonly string Stamp = Sent.ToString(CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(Signature)]
    [InlineData("v1,AAAASsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= " + Signature)]
    [InlineData("v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== " + Signature)]
    [InlineData("v2,x nonsense " + Signature + " v1,")]
    [InlineData("  " + Signature + "  ")]
    public void Verify_OneOfTheSignaturesMatches_IsVerified(string signatures) =>
        At(Sent).Verify(Id, Stamp, signatures, Body).ShouldBe(WebhookVerification.Verified);

    [Theory]
    [InlineData("v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("V1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE")]
    [InlineData("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF=")]
    [InlineData("v1, g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("v1")]
    [InlineData(" ")]
    [InlineData("v1,提示")]
    public void Verify_AnotherVersionOrText_DoesNotMatch(string signatures) =>
        At(Sent).Verify(Id, Stamp, signatures, Body).ShouldBe(WebhookVerification.NoMatchingSignature);

    [Fact]
    public void Verify_AnythingSignedIsChanged_DoesNotMatch()
    {
        var verifier = At(Sent);

        verifier.Verify(Id, Stamp, Signature, """{"test":2432232314}"""u8).ShouldBe(WebhookVerification.NoMatchingSignature);
        verifier.Verify(Id, Stamp, Signature, [.. Body, (byte)'\n']).ShouldBe(WebhookVerification.NoMatchingSignature);
        verifier.Verify(Id, Stamp, Signature, []).ShouldBe(WebhookVerification.NoMatchingSignature);
        verifier.Verify(Id + "x", Stamp, Signature, Body).ShouldBe(WebhookVerification.NoMatchingSignature);
        verifier.Verify(Id, "1614265331", Signature, Body).ShouldBe(WebhookVerification.NoMatchingSignature);
    }

    [Theory]
    [InlineData(0, WebhookVerification.Verified)]
    [InlineData(300, WebhookVerification.Verified)]
    [InlineData(301, WebhookVerification.TooOld)]
    [InlineData(-300, WebhookVerification.Verified)]
    [InlineData(-301, WebhookVerification.TooNew)]
    public void Verify_Age_IsBoundedBothWays(int age, WebhookVerification expected) =>
        At(Sent + age).Verify(Id, Stamp, Signature, Body).ShouldBe(expected);

    [Fact]
    public void Verify_ToleranceGiven_CountsInsteadOfFiveMinutes()
    {
        var verifier = new WebhookVerifier(Secret, Clock(Sent + 11), TimeSpan.FromSeconds(10));

        verifier.Verify(Id, Stamp, Signature, Body).ShouldBe(WebhookVerification.TooOld);
    }

    [Theory]
    [InlineData(null, "1614265330", Signature)]
    [InlineData("", "1614265330", Signature)]
    [InlineData(Id, null, Signature)]
    [InlineData(Id, "", Signature)]
    [InlineData(Id, "1614265330", null)]
    [InlineData(Id, "1614265330", "")]
    public void Verify_HeaderMissingOrEmpty_SaysSo(string? id, string? timestamp, string? signatures) =>
        At(Sent).Verify(id, timestamp, signatures, Body).ShouldBe(WebhookVerification.HeaderMissing);

    [Theory]
    [InlineData("yesterday")]
    [InlineData("1614265330.0")]
    [InlineData("-1614265330")]
    [InlineData(" 1614265330")]
    [InlineData("99999999999999999999")]
    public void Verify_TimestampIsNotSeconds_SaysSo(string timestamp) =>
        At(Sent).Verify(Id, timestamp, Signature, Body).ShouldBe(WebhookVerification.TimestampMalformed);

    [Fact]
    public void Verify_LargestTimestamp_IsTooNewAndDoesNotOverflow() =>
        At(Sent).Verify(Id, "9223372036854775807", Signature, Body).ShouldBe(WebhookVerification.TooNew);

    [Fact]
    public void Verify_WhileASecretIsRotated_EitherOneCounts()
    {
        var (old, current) = (WebhookSecret.Create(), WebhookSecret.Create());
        var verifier = new WebhookVerifier([current, old], Clock(Sent));

        verifier.Verify(Id, Stamp, WebhookSignature.Sign(old, Id, Sent, Body), Body).ShouldBe(WebhookVerification.Verified);
        verifier.Verify(Id, Stamp, WebhookSignature.Sign(current, Id, Sent, Body), Body).ShouldBe(WebhookVerification.Verified);
        verifier.Verify(Id, Stamp, Signature, Body).ShouldBe(WebhookVerification.NoMatchingSignature);
    }

    [Fact]
    public void Verifier_WithoutASecret_IsRefused() =>
        Should.Throw<ArgumentException>(() => new WebhookVerifier(Array.Empty<WebhookSecret>()));

    private static WebhookVerifier At(long seconds) => new(Secret, Clock(seconds));

    private static SteppingClock Clock(long seconds) => new(DateTimeOffset.FromUnixTimeSeconds(seconds));
}
