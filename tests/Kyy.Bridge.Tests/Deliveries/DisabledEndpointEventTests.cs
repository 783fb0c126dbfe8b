using Kyy.Bridge.Deliveries;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class DisabledEndpointEventTests
{
    [Theory]
    [InlineData("https://hooks.example.test/in/a?token=secret", "https://hooks.example.test/in/a")]
    [InlineData("https://hooks.example.test?token=secret", "https://hooks.example.test/")]
    [InlineData("https://owner:secret@hooks.example.test:8443/a#secret", "https://hooks.example.test:8443/a")]
    [InlineData("http://[2001:db8::1]:8080/a%2Fb?c", "http://[2001:db8::1]:8080/a%2Fb")]
    public void Others_are_told_scheme_host_and_path_of_an_endpoint(string url, string shown) => DisabledEndpoint.Shown(url).ShouldBe(shown);
}
