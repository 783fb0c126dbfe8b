using System.Text;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Upstream;

public class AnswerExcerptTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData(" \r\n", null)]
    [InlineData("\0\0", null)]
    [InlineData("<h1>Bad\r\nGateway</h1>", "<h1>Bad  Gateway</h1>")]
    [InlineData("<?xml version='1.0'?><a/>", "<?xml version='1.0'?><a/>")]
    [InlineData("Really? Yes.", "Really? Yes.")]
    public void Of_AnAnswer_IsStorable(string body, string? expected) => Of(body).ShouldBe(expected);

    [Theory]
    [InlineData("""{"url":"https://c.example.test/a?X-Sig=secret&e=1","x":1}""", """{"url":"https://c.example.test/a?***","x":1}""")]
    [InlineData("""{"url":"https:\/\/c.example.test\/a?X-Sig=secret"}""", """{"url":"https:\/\/c.example.test\/a?***"}""")]
    [InlineData("""{"url":"https://c.example.test/a?X-Sig\u003dsecret\u0026e\u003d1"}""", """{"url":"https://c.example.test/a?***"}""")]
    [InlineData("""{"url":"https:\u002f\u002fc.example.test\u002fa\u003fsig=secret"}""",
        """{"url":"https:\u002f\u002fc.example.test\u002fa\u003f***"}""")]
    [InlineData("""{"json":"{\"url\":\"https://c.example.test/a?sig=secret\"}"}""",
        """{"json":"{\"url\":\"https://c.example.test/a?***"}"}""")]
    [InlineData("see http://c.example.test/?sig=secret for more", "see http://c.example.test/?*** for more")]
    [InlineData("<a href='/a?t=1&amp;sig=secret'>there</a>", "<a href='/a?***>there</a>")]
    [InlineData("<a href=//c.example.test/a?sig=secret>there</a>", "<a href=//c.example.test/a?***>there</a>")]
    [InlineData("<a href=\"/login?next=https%3A%2F%2Fc.example.test%2Fa%3Fsig%3Dsecret\">", "<a href=\"/login?***\">")]
    [InlineData("next=https%3A%2F%2Fc.example.test%2Fa%3Fsig%3Dsecret", "next=https%3A%2F%2Fc.example.test%2Fa%3F***")]
    [InlineData("https://c.example.test/a#token=secret", "https://c.example.test/a#***")]
    [InlineData("https://user:secret@c.example.test/a", "https://***@c.example.test/a")]
    public void Of_AnAnswerWithLinks_OpensNothing(string body, string expected) => Of(body).ShouldBe(expected);

    [Fact]
    public void Of_ALongAnswer_IsItsBeginning() => Of(new string('a', 64 * 1024))!.Length.ShouldBe(512);

    [Fact]
    public void Of_AnAnswerThatMaskingMakesLonger_IsNoLongerForThat() =>
        Of(string.Concat(Enumerable.Repeat("?a é ", 4_000)))!.ShouldSatisfyAllConditions(
            excerpt => Encoding.UTF8.GetByteCount(excerpt).ShouldBeLessThanOrEqualTo(512),
            excerpt => excerpt.ShouldStartWith("?*** é ?***"));

    [Theory]
    [InlineData(505)]
    [InlineData(511)]
    [InlineData(600)]
    public void Of_AnAnswerThatIsCutWithinASecret_KeepsNoPartOfIt(int before)
    {
        var filling = new string('-', before);

        Of($"{filling}{Answers.Key}")!.ShouldNotContain("sk");
        Of($"{filling}?sig=secret")!.ShouldNotContain("sig");
    }

    private static string? Of(string body) => AnswerExcerpt.Of(Encoding.UTF8.GetBytes(body), Answers.Mask);
}
