using System.Text;
using Kyy.Bridge.Text;

namespace Kyy.Bridge.Tests.Text;

public class StorableTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("a\0b", "a b")]
    [InlineData("a\r\n\tb\u001b[2J\u007f\u0085c", "a   b [2J  c")]
    [InlineData("\ud83d\ude00 é 视频", "\ud83d\ude00 é 视频")]
    public void From_TextFromOutside_BecomesStorable(string text, string expected) =>
        StorableText.From(text, 1000).ShouldBe(expected);

    // Not inline data: an attribute keeps its texts as UTF-8, which has no lone surrogates.
    [Fact]
    public void From_HalfASurrogatePair_BecomesAReplacementCharacter()
    {
        StorableText.From("lone \ud800 high", 1000).ShouldBe("lone \ufffd high");
        StorableText.From("lone \udc00 low", 1000).ShouldBe("lone \ufffd low");
        StorableText.From("ends with \ud83d", 1000).ShouldBe("ends with \ufffd");
    }

    [Theory]
    [InlineData("616263", "abc")]
    [InlineData("", "")]
    [InlineData("61006d", "a m")]
    [InlineData("61ff62", "a\ufffdb")]
    [InlineData("61c3", "a\ufffd")]
    [InlineData("eda080", "\ufffd\ufffd\ufffd")]
    [InlineData("f09f9880", "\ud83d\ude00")]
    public void From_BytesFromOutside_BecomeStorable(string hex, string expected) =>
        StorableText.From(Convert.FromHexString(hex), 1000).ShouldBe(expected);

    [Theory]
    [InlineData("abcdef", 3, "abc")]
    [InlineData("aé", 2, "a")]
    [InlineData("aé", 3, "aé")]
    [InlineData("a\ud83d\ude00b", 4, "a")]
    [InlineData("视频", 5, "视")]
    [InlineData("abc", 0, "")]
    public void From_TextOverTheLimit_IsCutBetweenCharacters(string text, int maxBytes, string expected)
    {
        StorableText.From(text, maxBytes).ShouldBe(expected);
        StorableText.From(Encoding.UTF8.GetBytes(text), maxBytes).ShouldBe(expected);
    }

    [Fact]
    public void From_RandomTextAndBytes_IsAlwaysStorableBoundedAndStable()
    {
        var random = new Random(20261120);
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            var chars = bytes.Select(unit => (char)(unit * 257)).ToArray();
            var maxBytes = random.Next(80);
            ShouldBeStorable(StorableText.From(bytes, maxBytes), maxBytes);
            ShouldBeStorable(StorableText.From(chars, maxBytes), maxBytes);
        }
    }

    private static void ShouldBeStorable(string text, int maxBytes)
    {
        var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        strict.GetByteCount(text).ShouldBeLessThanOrEqualTo(maxBytes);
        text.Any(char.IsControl).ShouldBeFalse();
        StorableText.From(text, maxBytes).ShouldBe(text);
    }
}
