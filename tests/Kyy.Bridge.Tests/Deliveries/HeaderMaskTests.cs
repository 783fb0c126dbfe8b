using System.Text;
using Kyy.Bridge.Deliveries;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class HeaderMaskTests
{
    private static readonly KeyValuePair<string, string>[] Headers = [new("x-key", "value-4711-of-a-key"), new("x-tenant", "acme")];

    [Theory]
    [InlineData("""{"headers":{"x-key":"value-4711-of-a-key","x-tenant":"acme"}}""", """{"headers":{"x-key":"***","x-tenant":"acme"}}""")]
    [InlineData("X-KEY: VALUE-4711-OF-A-KEY", "X-KEY: ***")]
    [InlineData("authorization: Bearer another", "authorization: Bearer ***")]
    [InlineData("accepted: zażółć", "accepted: zażółć")]
    public void An_answer_that_is_the_request_is_kept_without_the_values(string answer, string kept) =>
        Encoding.UTF8.GetString(HeaderMask.Apply(Encoding.UTF8.GetBytes(answer), Headers)).ShouldBe(kept);

    [Fact]
    public void Every_other_byte_stays_as_it_came()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(number => (byte)number)];

        HeaderMask.Apply(all, Headers).ShouldBe(all);
        HeaderMask.Apply([.. all, .. "<value-4711-of-a-key>"u8, .. all], Headers).ShouldBe([.. all, .. "<***>"u8, .. all]);
        HeaderMask.Apply("value-4711-of-a-key"u8.ToArray(), []).ShouldBe("value-4711-of-a-key"u8.ToArray());
    }
}
