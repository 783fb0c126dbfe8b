using System.Text.Json;
using Kyy.Bridge.Addresses;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Deliveries.Guard;
using Kyy.Bridge.Http;

namespace Kyy.Bridge.Tests.Deliveries.Guard;

/// <summary>What is refused where a URL is registered, by its text alone.</summary>
public sealed class CallbackRulesTests
{
    private const string
        Address = "must not name an address", Host = "must name a host", Url = "must be an absolute http or https URL", Port = "must not name a port",
        Zone = "must not name a zone", UserInfo = "must not hold a user name";

    [Theory]
    [InlineData("http://127.0.0.1/", Address)]
    [InlineData("http://2130706433/", Address)] // Decimal,
    [InlineData("http://0x7f000001/", Address)] // hexadecimal,
    [InlineData("http://0x7f.0x0.0x0.0x1/", Address)]
    [InlineData("http://0X7F.1/", Address)]
    [InlineData("http://017700000001/", Address)] // octal,
    [InlineData("http://0177.0.0.1/", Address)]
    [InlineData("http://0177.0x0.1/", Address)] // mixed,
    [InlineData("http://127.1/", Address)] // short,
    [InlineData("http://127.0.1/", Address)]
    [InlineData("http://0/", Address)]
    [InlineData("http://127.0.0.1./", Address)] // with the dot of a full name.
    [InlineData("http://127.1./", Address)]
    [InlineData("http://0x7f.1./", Address)]
    [InlineData("http://2130706433./", Address)]
    [InlineData("http://169.254.169.254/latest/meta-data", Address)]
    [InlineData("http://[::1]/", Address)]
    [InlineData("http://[::]/", Address)]
    [InlineData("http://[::ffff:127.0.0.1]/", Address)]
    [InlineData("http://[::ffff:7f00:1]/", Address)]
    [InlineData("http://[0:0:0:0:0:ffff:7f00:1]/", Address)]
    [InlineData("http://[::127.0.0.1]/", Address)]
    [InlineData("http://[64:ff9b::7f00:1]/", Address)]
    [InlineData("http://[2002:7f00:1::]/", Address)]
    [InlineData("http://[fd00:ec2::254]/", Address)]
    [InlineData("http://[fe80::1]/", Address)]
    [InlineData("http://[fe80::1%25eth0]/", Zone)]
    [InlineData("http://[fe80::1%eth0]/", Zone)]
    [InlineData("http://[::1%251]/", Zone)]
    [InlineData("http://[2a00:1450::1%251]/", Zone)]
    [InlineData("http://１２７.０.０.１/", Host)] // Digits of full width,
    [InlineData("http://１２７.1/", Host)]
    [InlineData("http://０x7f.1/", Host)]
    [InlineData("http://127。0。0。1/", Host)] // dots of other scripts,
    [InlineData("http://127．0．0．1/", Host)]
    [InlineData("http://127.0.0.1。/", Host)]
    [InlineData("http://①②⑦.0.0.1/", Host)] // letters in circles,
    [InlineData("http://127.0.0.1\u200b/", Host)] // and what is not seen.
    [InlineData("http://\u00ad127.0.0.1/", Host)]
    [InlineData("http://%31%32%37.0.0.1/", Url)]
    [InlineData("http://127.0.0.1%00.example.com/", Url)]
    [InlineData("http://ex%41mple.com/", Url)]
    [InlineData("http://256.1.1.1/", Host)]
    [InlineData("http://1.2.3.4.5/", Host)]
    [InlineData("http://4294967296/", Host)]
    [InlineData("http://hooks.example.com.0x7f/", Host)]
    [InlineData("http://-a.example.com/", Host)]
    [InlineData("http://a..example.com/", Url)]
    [InlineData("http://.example.com/", Url)]
    [InlineData("http://example.com../", Url)]
    [InlineData("http://./", Url)]
    [InlineData("http:///path", Url)]
    [InlineData("http://[1.2.3.4]/", Url)]
    [InlineData("http://user@example.com/", UserInfo)]
    [InlineData("http://@example.com/", UserInfo)]
    [InlineData("http://example.com:80@127.0.0.1/", UserInfo)]
    [InlineData("http://example.com#@127.0.0.1/", "must not have a fragment")]
    [InlineData("http://example.com\\@127.0.0.1/", Url)]
    [InlineData("http://example.com/\\@127.0.0.1/", "must be percent-encoded")]
    [InlineData("http://ⓛocalhost/", Host)]
    [InlineData("http://٢١٣٠٧٠٦٤٣٣/", Host)]
    [InlineData("http://example.com:0/", Port)]
    [InlineData("http://example.com:22/", Port)]
    [InlineData("http://example.com:25/", Port)]
    [InlineData("http://example.com:138/", Port)]
    [InlineData("http://example.com:2375/", Port)]
    [InlineData("http://example.com:05432/", Port)]
    [InlineData("http://example.com:6379/", Port)]
    [InlineData("http://example.com:11211/", Port)]
    [InlineData("http://example.com:27018/", Port)]
    [InlineData("http://example.com:65536/", Url)]
    [InlineData("ftp://example.com/", Url)]
    [InlineData("gopher://example.com:6379/_FLUSHALL", Url)]
    [InlineData("file:///etc/passwd", Url)]
    [InlineData("example.com/hook", Url)]
    public void What_could_never_be_called_is_refused_at_once(string url, string message)
    {
        var (address, problem) = Read(url);

        address.ShouldBeNull();
        problem.ShouldNotBeNull().ShouldStartWith(message);
    }

    [Theory]
    [InlineData("http://hooks.example.com/in?a=b", "hooks.example.com:80")]
    [InlineData("https://hooks.example.com", "hooks.example.com:443")]
    [InlineData("https://HOOKS.Example.COM:443/", "hooks.example.com:443")]
    [InlineData("https://hooks.example.com.:8443/", "hooks.example.com:8443")]
    [InlineData("https://bücher.example/", "xn--bcher-kva.example:443")]
    [InlineData("http://8.8.8.8:8080/", "8.8.8.8:8080")]
    [InlineData("http://134744072/", "8.8.8.8:80")]
    [InlineData("http://010.8.8.8/", "8.8.8.8:80")]
    [InlineData("http://8.8.8.8./", "8.8.8.8:80")]
    [InlineData("http://[::ffff:8.8.8.8]/", "8.8.8.8:80")]
    [InlineData("http://[2606:4700:0::1111]/", "2606:4700::1111:80")]
    [InlineData("http://localhost/", "localhost:80")] // By its address, when a connection is made.
    [InlineData("http://metadata.google.internal/", "metadata.google.internal:80")]
    [InlineData("http://169.254.169.254.nip.io/", "169.254.169.254.nip.io:80")]
    [InlineData("http://a_b.example.com/", "a_b.example.com:80")]
    public void Whatever_a_host_is_written_like_it_is_one(string url, string host)
    {
        var (address, problem) = Read(url);

        problem.ShouldBeNull();
        address.ShouldBe(new CallbackAddress(url, host));
    }

    [Theory]
    [InlineData("http://hooks.example.com/", false)]
    [InlineData("HTTP://hooks.example.com/", false)]
    [InlineData("https://hooks.example.com/", true)]
    public void Production_takes_https_alone(string url, bool isTaken)
    {
        var (address, problem) = Read(url, new());

        (address is not null).ShouldBe(isTaken);
        if (!isTaken) problem.ShouldBe("must begin with https://");
    }

    [Fact]
    public void A_URL_has_an_end()
    {
        var longest = "https://hooks.example.com/".PadRight(CallbackRules.LongestUrl, 'x');

        Read(longest).Address.ShouldNotBeNull();
        Read(longest + "x").Problem.ShouldNotBeNull().ShouldContain("2048");
    }

    [Fact]
    public void A_port_that_the_operator_unblocks_is_called()
    {
        Read("http://example.com:5432/", new() { RequireHttps = false, BlockedPorts = [] }).Problem.ShouldBeNull();
        Read("http://example.com:8080/", new() { RequireHttps = false, BlockedPorts = [new(8000, 8080)] }).Problem.ShouldNotBeNull();
    }

    private static (CallbackAddress? Address, string? Problem) Read(string url, CallbackSettings? settings = null)
    {
        settings ??= new() { RequireHttps = false };
        var rules = new CallbackRules(settings, new AddressGuard(new AddressPolicy([]), settings.BlockedPorts));
        var members = new MemberReader(JsonSerializer.SerializeToElement(new { url }));
        var address = rules.Read(members, "url");
        return (address, members.Refusal()?.Problem.Errors?["url"].Single());
    }
}
