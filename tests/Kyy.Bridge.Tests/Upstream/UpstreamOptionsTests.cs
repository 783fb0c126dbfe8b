using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Upstream;

public class UpstreamOptionsTests
{
    [Theory]
    [InlineData("https://zcbservice.aizfw.cn/kyyReactApiServer", true)]
    [InlineData("https://ZCBSERVICE.aizfw.cn:443/kyyReactApiServer/", true)]
    [InlineData("https://other.example.test/base", true)]
    [InlineData("http://zcbservice.aizfw.cn/kyyReactApiServer", false)]
    [InlineData("https://zcbservice.aizfw.cn:8443/kyyReactApiServer", false)]
    [InlineData("https://zcbservice.aizfw.cn/kyyReactApiServer/v2", false)]
    [InlineData("https://zcbservice.aizfw.cn.example.test/kyyReactApiServer", false)]
    [InlineData("https://user@zcbservice.aizfw.cn/kyyReactApiServer", false)]
    public void Allows_OnlyTheBaseUrlsOfTheOperator(string baseUrl, bool allowed)
    {
        var options = new UpstreamOptions { AllowedBaseUrls = [new("https://other.example.test/base/")] };

        options.Allows(new(baseUrl)).ShouldBe(allowed);
    }
}
