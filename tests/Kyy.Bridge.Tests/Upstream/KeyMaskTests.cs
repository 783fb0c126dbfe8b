using System.Text;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Tests.Upstream;

public class KeyMaskTests
{
    private const string Key = "sk-Test+0123/456789=";

    [Theory]
    [InlineData("key sk-Test+0123/456789=!", "key ***!")]
    [InlineData("sk-Test+0123/456789=sk-Test+0123/456789=", "******")]
    [InlineData("KEY SK-TEST+0123/456789=!", "KEY ***!")]
    [InlineData("""a \u0073k-Te\u0073t+0123\/456789\u003d b""", "a *** b")]
    [InlineData("""a \\u0073k-Te\\u0073t+0123\\\/456789\\u003D b""", "a *** b")]
    [InlineData("a sk-Test%2B0123%2f456789%3D b", "a *** b")]
    [InlineData("a sk-Test%252B0123%252f456789%253D b", "a *** b")]
    [InlineData("a &#115;k-Test&#x2B;0123&#x002f;456789&#0061; b", "a *** b")]
    [InlineData("a s\0k\0-\0T\0e\0s\0t\0+\00\01\02\03\0/\04\05\06\07\08\09\0=\0 b", "a *** b")]
    [InlineData("a sk-Test\u200b+0123\r\n/456789= b", "a *** b")]
    public void Apply_HoweverTheKeyIsWritten_HidesIt(string text, string expected)
    {
        new KeyMask(new(Key)).Apply(text).ShouldBe(expected);
        new KeyMask(new(Key)).Finds(text).ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("Bearer ")]
    public void Apply_KeyWithinOtherBytesInBase64OrHexadecimal_HidesIt(string before)
    {
        var bytes = Encoding.UTF8.GetBytes($"{before}{Key} and more");
        var mask = new KeyMask(new(Key));

        var base64 = Convert.ToBase64String(bytes);
        string[] texts = [base64, base64.Replace('+', '-').Replace('/', '_'), Convert.ToHexStringLower(bytes)];

        // All but the few bits at either end that it shares with its neighbours, and plus the mask.
        texts.ShouldAllBe(text => text.Length - mask.Apply(text).Length >= (Key.Length * 4 / 3) - 2 - 3);
    }

    [Theory]
    [InlineData("key sk-Test+01...", "key ***...")]
    [InlineData("key sk-Test+0...", "key sk-Test+0...")]
    public void Apply_HalfOfTheKey_IsHiddenToo(string text, string expected) => new KeyMask(new(Key)).Apply(text).ShouldBe(expected);

    [Theory]
    [InlineData("Authorization: Bearer abcdefgh, please", "Authorization: Bearer *** please")]
    [InlineData("""{"authorization":"Bearer abc\"def"}""", """{"authorization":"Bearer ***\"def"}""")]
    [InlineData("an authorization is missing", "an authorization is missing")]
    public void Apply_AuthorizationThatIsQuoted_IsHiddenWhosoeverItIs(string text, string expected) =>
        new KeyMask(new(Key)).Apply(text).ShouldBe(expected);

    [Theory]
    [InlineData("short keys stay: abc", "abc")]
    [InlineData("sk-other-98765432", Key)]
    [InlineData("\\", Key)]
    [InlineData("\\u00", Key)]
    [InlineData("%", Key)]
    [InlineData("%2", Key)]
    [InlineData("&#", Key)]
    [InlineData("&#x;&#99999999;", Key)]
    [InlineData("", Key)]
    public void Apply_AnythingElse_StaysAsItIs(string text, string key)
    {
        new KeyMask(new(key)).Apply(text).ShouldBe(text);
        new KeyMask(new(key)).Finds(text).ShouldBeFalse();
    }

    [Fact]
    public void Mask_Printed_DoesNotShowTheKey() => $"{new KeyMask(new(Key))}".ShouldBe("Kyy.Bridge.Upstream.KeyMask");
}
