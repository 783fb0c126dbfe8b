using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Demo;

namespace Kyy.Bridge.Tests.Emulator.Demo;

public sealed class BoardTests
{
    private static readonly TaskRow Wide =
        Rows.Settled with { Family = "seedance15 flex", TaskId = "video_starvideos_0123456789", Webhook = Rows.AnsweredBadly };

    [Fact]
    public void Lines_AreAHeaderARowForEachTaskAndTotals() =>
        Text([Rows.Settled, Rows.Living with { Family = null }], 120, 40).ShouldBe([
            "family           upstream id        status      polls     age  webhook",
            "veo              vgen_0123456789ab  completed       3   4.2 s  ✓ verified",
            "not yet known    vgen_0123456789ab  processing      3   4.2 s  –",
            "1 of 2 ended, 1 webhook verified, 6 polls",
        ]);

    [Theory]
    [InlineData(120)]
    [InlineData(79)]
    [InlineData(40)]
    [InlineData(5)]
    [InlineData(0)]
    public void Lines_AreNeverWiderThanTheTerminal(int width) =>
        Text([Wide], width, 40)
            .ShouldAllBe(line => line.Length <= width);

    [Fact]
    public void Lines_OfEightyColumns_ShortenTheIdAndNothingElse() =>
        Text([Wide], 79, 40)[1]
            .ShouldBe("seedance15 flex  video_st…23456789  completed       3   4.2 s  500, comes again");

    [Theory]
    [InlineData(8)]
    [InlineData(3)]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0)]
    public void Lines_AreNeverMoreThanTheTerminalHas(int height) =>
        Text(Rows.Of(settled: 9, living: 3), 120, height).Count.ShouldBe(height);

    [Fact]
    public void Lines_WithLittleRoom_KeepWhatStillMoves()
    {
        var lines = Text(Rows.Of(settled: 9, living: 3), 120, 6);

        lines[1].ShouldContain("video_settled_00");
        lines[2..^1].Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries)[1])
            .ShouldBe(["video_living_00", "video_living_01", "video_living_02"]);
        lines[^1].ShouldEndWith(", 8 not shown");
    }

    [Fact]
    public void Lines_WithoutTasks_AreStillATable() => Text([], 80, 24).Count.ShouldBe(2);

    [Theory]
    [InlineData("video_0123456789", 16, "video_0123456789")]
    [InlineData("video_0123456789", 9, "vide…6789")]
    [InlineData("video_0123456789", 1, "…")]
    public void Shorten_KeepsBothEnds(string id, int width, string expected) => Board.Shorten(id, width).ShouldBe(expected);

    [Theory]
    [InlineData(TaskStatuses.Registered, nameof(Tone.Quiet))]
    [InlineData(TaskStatuses.Processing, nameof(Tone.Busy))]
    [InlineData(TaskStatuses.Completed, nameof(Tone.Good))]
    [InlineData(TaskStatuses.Cancelled, nameof(Tone.Odd))]
    [InlineData(TaskStatuses.Failed, nameof(Tone.Bad))]
    [InlineData("a status of tomorrow", nameof(Tone.Bad))]
    public void Status_HasTheToneOfItsMeaning(string status, string tone) =>
        Words.Status(Rows.Living with { Status = status }).Tone.ToString().ShouldBe(tone);

    [Fact]
    public void Webhook_SaysWhetherItCameAndWasBelieved() =>
        new WebhookMark?[] { null, Rows.Refused, Rows.AnsweredBadly, Rows.Accepted, Rows.Accepted with { Attempt = 2 } }
            .Select(mark => Words.Webhook(mark).Text)
            .ShouldBe(["–", "✗ refused", "500, comes again", "✓ verified", "✓ at attempt 2"]);

    private static List<string> Text(IReadOnlyList<TaskRow> rows, int width, int height) =>
        [.. Board.Lines(rows, width, height).Select(line => string.Concat(line.Select(cell => cell.ToText(inColour: false))).TrimEnd())];
}
