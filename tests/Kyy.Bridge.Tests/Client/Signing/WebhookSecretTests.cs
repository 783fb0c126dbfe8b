using Kyy.Bridge.Client.Signing;

namespace Kyy.Bridge.Tests.Client.Signing;

public sealed class WebhookSecretTests
{
    private const string Text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public void Parse_ItsOwnText_GivesTheSameKey()
    {
        var secret = WebhookSecret.Create();

        WebhookSecret.Parse(secret.Reveal()).Key.SequenceEqual(secret.Key).ShouldBeTrue();
        secret.Key.Length.ShouldBe(32);
    }

    [Theory]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData(Text + "\n")]
    [InlineData("\t " + Text + "\r\n")]
    public void Parse_WithoutPrefixOrWithWhiteSpaceAround_IsTheSameSecret(string text) =>
        WebhookSecret.Parse(text).Reveal().ShouldBe(Text);

    [Theory]
    [InlineData(24)]
    [InlineData(64)]
    public void Parse_LengthOfTheSpecification_IsAccepted(int bytes) =>
        WebhookSecret.Parse(WebhookSecret.Prefix + Convert.ToBase64String(new byte[bytes])).Key.Length.ShouldBe(bytes);

    [Theory]
    [InlineData(0)]
    [InlineData(23)]
    [InlineData(65)]
    [InlineData(10_000)]
    public void TryParse_AnotherLength_IsRefused(int bytes) =>
        WebhookSecret.TryParse(WebhookSecret.Prefix + Convert.ToBase64String(new byte[bytes]), out _).ShouldBeFalse();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_")]
    [InlineData("WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    public void TryParse_NotASecret_IsRefused(string? text) => WebhookSecret.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void ItsTexts_NeverShowTheSecret()
    {
        WebhookSecret.Parse(Text).ToString().ShouldBe("whsec_…");
        Should.Throw<FormatException>(() => WebhookSecret.Parse("whsec_tooshort")).Message.ShouldNotContain("tooshort");
    }
}
