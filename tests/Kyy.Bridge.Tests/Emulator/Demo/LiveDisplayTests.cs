using Kyy.Bridge.Emulator.Demo;

namespace Kyy.Bridge.Tests.Emulator.Demo;

public sealed class LiveDisplayTests
{
    private static readonly IReadOnlyList<Cell> Short = [new("ab"), new("cd", Tone.Good)], Long = [new(new string('x', 25))];

    [Fact]
    public void Redraw_TheFirstTime_StaysWhereItIs() => LiveDisplay.Redraw([], [Short], 80, 24, inColour: false).ShouldBe("abcd\e[K\n\e[J");

    [Fact]
    public void Redraw_GoesBackOverWhatWasDrawn() => Redraw([Short, Short]).ShouldStartWith("\e[2F");

    [Fact]
    public void Redraw_InATerminalMadeNarrower_CountsWhatItHasWrapped() => Redraw([Short, Long], width: 10).ShouldStartWith("\e[4F");

    [Fact]
    public void Redraw_InATerminalMadeShorter_StaysOnTheScreen() =>
        Redraw([.. Enumerable.Repeat(Short, 50)], height: 10).ShouldStartWith("\e[9F");

    [Fact]
    public void Redraw_OfAnEmptyLine_CountsItAsOne() => Redraw([[]]).ShouldStartWith("\e[1F");

    [Fact]
    public void Redraw_InColour_ColoursToneByTone() =>
        LiveDisplay.Redraw([], [Short], 80, 24, inColour: true).ShouldBe("ab\e[32mcd\e[0m\e[K\n\e[J");

    [Fact]
    public void Display_HidesTheCursorAndGivesItBack()
    {
        using var terminal = new StringWriter();
        using (var display = new LiveDisplay(terminal, () => (80, 24), inColour: false)) display.Show([Rows.Living], TimeSpan.Zero);

        terminal.ToString().ShouldStartWith("\e[?25l");
        terminal.ToString().ShouldEndWith("\e[?25h");
    }

    [Fact]
    public void Display_LeavesAColumnAndALineFree()
    {
        using var terminal = new StringWriter();
        using var display = new LiveDisplay(terminal, () => (30, 5), inColour: false);

        display.Show(Rows.Of(settled: 9, living: 3), TimeSpan.Zero);

        var lines = terminal.ToString().Split('\n')[..^1];
        lines.Length.ShouldBe(4);
        lines.ShouldAllBe(line => line.Replace("\e[?25l", "").Replace("\e[K", "").Length <= 29);
    }

    private static string Redraw(IReadOnlyList<IReadOnlyList<Cell>> drawn, int width = 80, int height = 24) =>
        LiveDisplay.Redraw(drawn, [Short], width, height, inColour: false);
}
