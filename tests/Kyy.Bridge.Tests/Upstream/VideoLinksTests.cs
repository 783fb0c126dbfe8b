using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Upstream;

public class VideoLinksTests
{
    [Theory]
    [InlineData("\"https://c.example.test/a.mp4?X-Sig=a%2Fb&e=1\"", "https://c.example.test/a.mp4?X-Sig=a%2Fb&e=1")]
    [InlineData("\"HTTP://c.example.test/a.mp4\"", "HTTP://c.example.test/a.mp4")]
    [InlineData("\" https:\\/\\/c.example.test\\/a \"", "https://c.example.test/a")]
    [InlineData("""["https://c.example.test/1","https://c.example.test/2","https://c.example.test/1",null,""]""",
        "https://c.example.test/1 https://c.example.test/2")]
    public void Completed_WithUsableLinks_CarriesThemAsTheyAre(string json, string links)
    {
        var completed = Read(json).ShouldBeOfType<UpstreamReply.Completed>();

        string.Join(' ', completed.Urls).ShouldBe(links);
        completed.Facts.Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("\" \"")]
    [InlineData("[]")]
    [InlineData("[null,\"\"]")]
    public void Completed_WithoutAnyLink_IsNoWarning(string json) =>
        Read(json).ShouldBeOfType<UpstreamReply.CompletedWithoutUrl>().Facts.Warnings.ShouldBeEmpty();

    [Theory]
    [InlineData("\"file:///etc/passwd\"")]
    [InlineData("\"javascript:alert(1)\"")]
    [InlineData("\"ftp://c.example.test/a\"")]
    [InlineData("\"/videos/a.mp4\"")]
    [InlineData("\"//c.example.test/a.mp4\"")]
    [InlineData("\"https://\"")]
    [InlineData("\"https://c.example.test/a\\r\\nX: y\"")]
    [InlineData("\"https://c.example.test/a\\u0000\"")]
    [InlineData("\"https://c.example.test/\\ud800\"")]
    [InlineData("17")]
    [InlineData("""{"url":"https://c.example.test/a"}""")]
    public void Completed_WithAnUnusableLink_IsWithoutUrlAndWarns(string json) =>
        Read(json).ShouldBeOfType<UpstreamReply.CompletedWithoutUrl>().Facts.Warnings.ShouldBe(["video_url_refused"]);

    [Theory]
    [InlineData("http://localhost/a")]
    [InlineData("https://LOCALHOST:8443/a")]
    [InlineData("http://localhost./a")]
    [InlineData("http://a.localhost/a")]
    [InlineData("http://127.0.0.1/a")]
    [InlineData("http://127.0.0.1./a")]
    [InlineData("http://127.1/a")]
    [InlineData("http://2130706433/a")]
    [InlineData("http://0x7f.1/a")]
    [InlineData("http://0177.0.0.1/a")]
    [InlineData("http://10.1.2.3/a")]
    [InlineData("http://user@192.168.0.1:8080/a")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[::1]/a")]
    [InlineData("http://[fe80::1%25eth0]/a")]
    [InlineData("http://[::ffff:10.0.0.1]/a")]
    [InlineData("http://[64:ff9b::a00:1]/a")]
    public void Completed_WithALinkToAPrivateAddress_HandsItOnAndWarns(string link)
    {
        var completed = Read($"[\"https://c.example.test/a\",\"{link}\"]").ShouldBeOfType<UpstreamReply.Completed>();

        completed.Urls.ShouldBe(["https://c.example.test/a", link]);
        completed.Facts.Warnings.ShouldBe(["video_url_private"]);
    }

    [Theory]
    [InlineData("https://8.8.8.8/a")]
    [InlineData("https://[2606:4700::1111]/a")]
    [InlineData("https://localhost.example.test/a")]
    [InlineData("https://10.example.test/a?at=127.0.0.1")]
    public void Completed_WithALinkToThePublicNetwork_IsNoWarning(string link) =>
        Read($"\"{link}\"").ShouldBeOfType<UpstreamReply.Completed>().Facts.Warnings.ShouldBeEmpty();

    [Theory]
    [InlineData("https://c.example.test/a?key=sk-test-0123456789")]
    [InlineData("https://c.example.test/a?key=%73k-test-0123456789")]
    [InlineData("https://c.example.test/a?key=\\u0073k-test-0123456789")]
    public void Completed_WithTheKeyInALink_LeavesTheLinkOut(string link) =>
        Read($"\"{link}\"").ShouldBeOfType<UpstreamReply.CompletedWithoutUrl>().Facts.Warnings.ShouldBe(["video_url_refused"]);

    [Fact]
    public void Completed_WithBothOddities_SaysBoth() =>
        Read("""["file:///a","http://localhost/a"]""").ShouldBeOfType<UpstreamReply.Completed>()
            .Facts.Warnings.ShouldBe(["video_url_refused", "video_url_private"]);

    [Fact]
    public void Completed_WithSomeUnusableLinks_KeepsTheOthersAndWarns()
    {
        var completed = Read("""["file:///a","https://c.example.test/a"]""").ShouldBeOfType<UpstreamReply.Completed>();

        completed.Urls.ShouldBe(["https://c.example.test/a"]);
        completed.Facts.Warnings.ShouldBe(["video_url_refused"]);
    }

    [Fact]
    public void Completed_WithLinksOverSixKibibytesTogether_KeepsThoseThatFit()
    {
        var longest = "https://c.example.test/".PadRight(6 * 1024, 'a');
        Read($"\"{longest}\"").ShouldBeOfType<UpstreamReply.Completed>().Urls.ShouldBe([longest]);
        Read($"\"{longest}a\"").ShouldBeOfType<UpstreamReply.CompletedWithoutUrl>();

        Read($"[\"https://c.example.test/1\",\"{longest}\",\"https://c.example.test/2\"]")
            .ShouldBeOfType<UpstreamReply.Completed>().Urls.ShouldBe(["https://c.example.test/1", "https://c.example.test/2"]);
    }

    [Theory]
    [InlineData("failed", "Failed")]
    [InlineData("processing", "Processing")]
    public void LinkBesideAnotherStatus_DoesNotComplete(string status, string expected) =>
        Answers.Read(Answers.Task($"\"status\":\"{status}\",\"video_url\":\"https://c.example.test/a\"")).Line().ShouldBe(expected);

    private static UpstreamReply Read(string videoUrl) => Answers.Read(Answers.Task($"\"status\":\"completed\",\"video_url\":{videoUrl}"));
}
