using Kyy.Bridge.Http;

namespace Kyy.Bridge.Tests.Http;

public sealed class PagingTests
{
    private static readonly Cursor Place = new(
        new DateTimeOffset(2026, 11, 20, 9, 10, 11, TimeSpan.Zero).AddMicroseconds(123456),
        new Guid("0193a5b0-0000-7000-8000-000000000001"));

    [Fact]
    public void Parse_OwnText_GivesTheSamePlace() => Cursor.Parse(Place.ToString()).ShouldBe(Place);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("////////////////////////////////")]
    [InlineData("_____________________________w==")]
    [InlineData("f_________8AAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("_________________________________")]
    public void Parse_AnotherText_IsNull(string? text) => Cursor.Parse(text).ShouldBeNull();

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Of_OneRowMoreThanThePageHolds_PointsAtTheNext(int rows, bool hasNext)
    {
        var page = new PageRequest(2, null).Of(
            [.. Enumerable.Range(0, rows)], row => Place with { Time = Place.Time.AddSeconds(row) }, row => $"row {row}");

        page.Data.ShouldBe(["row 0", "row 1"]);
        page.NextCursor.ShouldBe(hasNext ? (Place with { Time = Place.Time.AddSeconds(1) }).ToString() : null);
    }
}
