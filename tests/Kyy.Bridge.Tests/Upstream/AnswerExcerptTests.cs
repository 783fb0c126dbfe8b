using System.Text;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Upstream;

public class AnswerExcerptTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData(" \r\n", null)]
    [InlineData("<h1>Bad\r\nGateway</h1>", "<h1>Bad  Gateway</h1>")]
    [InlineData("""{"url":"https://c.example.test/a?X-Sig=secret&e=1","x":1}""", """{"url":"https://c.example.test/a?***","x":1}""")]
    [InlineData("""{"url":"https:\/\/c.example.test\/a?X-Sig=secret"}""", """{"url":"https:\/\/c.example.test\/a?***"}""")]
    [InlineData("see http://c.example.test/?sig=secret for more", "see http://c.example.test/?*** for more")]
    public void Of_AnAnswer_IsStorableAndOpensNothing(string body, string? expected) =>
        AnswerExcerpt.Of(Encoding.UTF8.GetBytes(body)).ShouldBe(expected);

    [Fact]
    public void Of_ALongAnswer_IsItsBeginning() =>
        AnswerExcerpt.Of(Enumerable.Repeat((byte)'a', 64 * 1024).ToArray())!.Length.ShouldBe(512);

    [Theory]
    [InlineData("key sk-12345678!", "sk-12345678", "key ***********!")]
    [InlineData("sk-12345678sk-12345678", "sk-12345678", "**********************")]
    [InlineData("**********", "********", "**********")]
    [InlineData("short keys stay: abc", "abc", "short keys stay: abc")]
    [InlineData("sk-1234567", "sk-12345678", "sk-1234567")]
    public void MaskKey_WhereverItIsRepeated_OverwritesIt(string body, string key, string expected)
    {
        var content = Encoding.UTF8.GetBytes(body);

        AnswerExcerpt.MaskKey(content, new(key));

        Encoding.UTF8.GetString(content).ShouldBe(expected);
    }
}
