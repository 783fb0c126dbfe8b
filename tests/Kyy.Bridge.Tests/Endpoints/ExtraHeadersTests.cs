using Kyy.Bridge.Endpoints;

namespace Kyy.Bridge.Tests.Endpoints;

public sealed class ExtraHeadersTests
{
    [Theory]
    [InlineData("X-Tenant")]
    [InlineData("Authorization")]
    [InlineData("authorization")]
    [InlineData("a")]
    [InlineData("!#$%&'*+-.^_`|~09")]
    [InlineData("Expires")]
    [InlineData("X-Webhook-Id")]
    [InlineData("Hostname")]
    public void A_name_may_be_any_other_token(string name) => ExtraHeaders.NameFault(name).ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("X Tenant")]
    [InlineData("X:Tenant")]
    [InlineData("X-Tenänt")]
    [InlineData("X-Tenant\r\nHost")]
    [InlineData(":path")]
    [InlineData("webhook-id")]
    [InlineData("Webhook-Anything")]
    [InlineData("Host")]
    [InlineData("Content-Type")]
    [InlineData("content-length")]
    [InlineData("User-Agent")]
    [InlineData("Cookie")]
    [InlineData("Connection")]
    [InlineData("Keep-Alive")]
    [InlineData("TE")]
    [InlineData("Trailer")]
    [InlineData("Transfer-Encoding")]
    [InlineData("Upgrade")]
    [InlineData("HTTP2-Settings")]
    [InlineData("Expect")]
    [InlineData("Forwarded")]
    [InlineData("X-Forwarded-For")]
    [InlineData("traceparent")]
    [InlineData("tracestate")]
    [InlineData("baggage")]
    [InlineData("Proxy-Authorization")]
    [InlineData("proxy-connection")]
    [InlineData("Kyy-Video-Url")]
    public void A_name_may_not_be_one_that_means_something_on_the_way(string name) => ExtraHeaders.NameFault(name).ShouldNotBeNull();

    [Theory]
    [InlineData("x", true)]
    [InlineData("Bearer a b~!", true)]
    [InlineData("", false)]
    [InlineData(" x", false)]
    [InlineData("x ", false)]
    [InlineData("a\tb", false)]
    [InlineData("a\r\nHost: b", false)]
    [InlineData("é", false)]
    [InlineData("a\u007fb", false)]
    public void A_value_is_visible_ASCII_with_spaces_inside(string value, bool isFine) =>
        (ExtraHeaders.ValueFault(value) is null).ShouldBe(isFine);

    [Fact]
    public void Lengths_are_limited()
    {
        ExtraHeaders.ValueFault(new string('v', 1_024)).ShouldBeNull();
        ExtraHeaders.ValueFault(new string('v', 1_025)).ShouldNotBeNull();
        ExtraHeaders.NameFault(new string('n', 256)).ShouldBeNull();
        ExtraHeaders.NameFault(new string('n', 257)).ShouldNotBeNull();
    }
}
