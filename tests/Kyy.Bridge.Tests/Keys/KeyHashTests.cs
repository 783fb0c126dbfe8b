using System.Security.Cryptography;
using System.Text;
using Kyy.Bridge.Keys;

namespace Kyy.Bridge.Tests.Keys;

public sealed class KeyHashTests
{
    [Fact]
    public void ToBytes_IsTheSha256OfTheKey() => KeyHash.Of("kyb_a").ToBytes().ShouldBe(SHA256.HashData(Encoding.UTF8.GetBytes("kyb_a")));

    [Fact]
    public void NewKey_IsRecognisableAndNeverTheSame()
    {
        var keys = Enumerable.Range(0, 100).Select(_ => KeyHash.NewKey()).ToArray();

        keys.Distinct().Count().ShouldBe(100);
        keys.ShouldAllBe(key => System.Text.RegularExpressions.Regex.IsMatch(key, "^kyb_[0-9A-Za-z]{43}$"));
    }
}
