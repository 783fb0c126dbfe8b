using System.Text.Json;
using Kyy.Bridge.Text;

namespace Kyy.Bridge.Tests.Text;

public class SecretTests
{
    [Fact]
    public void Secret_PrintedFormattedOrSerialised_DoesNotShowItsText()
    {
        var secret = new Secret("sk-do-not-show");

        $"{secret} {JsonSerializer.Serialize(secret)} {new { secret }}".ShouldNotContain("do-not-show");
        secret.Reveal().ShouldBe("sk-do-not-show");
    }
}
