using Kyy.Bridge.Events;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Events;

public sealed class FeedCursorTests
{
    [Fact]
    public void A_cursor_s_text_is_read_as_what_was_written()
    {
        var cursor = new FeedCursor(FeedIdentity.Of("7412", "00000001"), new(ulong.MaxValue - 1, Make.NewId()));

        FeedCursor.Parse(cursor.ToString()).ShouldBe(cursor);
        cursor.ToString().ShouldMatch("^[A-Za-z0-9_-]{44}$");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("latest")]
    [InlineData("AAAA")]
    [InlineData("????????????????????????????????????????????")]
    // A version that is not ours.
    [InlineData("AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Any_other_text_is_none(string? text) => FeedCursor.Parse(text).ShouldBeNull();

    [Fact]
    public void A_server_or_a_timeline_more_is_another_identity()
    {
        var one = FeedIdentity.Of("7412", "00000001");

        FeedIdentity.Of("7412", "00000001").ShouldBe(one);
        FeedIdentity.Of("7412", "00000002").ShouldNotBe(one);
        FeedIdentity.Of("7413", "00000001").ShouldNotBe(one);
    }

    [Fact]
    public void Positions_have_the_order_of_the_index()
    {
        Guid low = new("00000000-0000-7000-8000-0000000000ff"), high = new("f0000000-0000-7000-8000-000000000000");
        FeedPosition[] ordered =
        [
            FeedPosition.Zero, new(1, low), new(1, high), FeedPosition.AfterAllOf(1), new(2, low), new(1UL << 63, low), FeedPosition.AfterAllOf(ulong.MaxValue),
        ];

        ordered.Reverse().Order().ShouldBe(ordered);
    }
}
