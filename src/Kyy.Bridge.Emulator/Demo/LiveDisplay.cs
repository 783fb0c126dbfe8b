namespace Kyy.Bridge.Emulator.Demo;

/// <summary>A table that is drawn anew over itself.</summary>
/// <param name="output">The terminal.</param>
/// <param name="size">Its columns and lines at this moment.</param>
/// <param name="inColour">Whether it may be coloured.</param>
internal sealed class LiveDisplay(TextWriter output, Func<(int Width, int Height)> size, bool inColour) : IDemoDisplay
{
    private const string HideCursor = "\e[?25l", ShowCursor = "\e[?25h";

    private IReadOnlyList<IReadOnlyList<Cell>> _drawn = [];

    public void Show(IReadOnlyList<TaskRow> rows, TimeSpan elapsed)
    {
        var (width, height) = size();
        // One column and one line are left free, so that nothing wraps or scrolls.
        var lines = Board.Lines(rows, width - 1, height - 1);
        output.Write(HideCursor + Redraw(_drawn, lines, width, height, inColour));
        _drawn = lines;
    }

    public void Dispose()
    {
        if (_drawn.Count > 0) output.Write(ShowCursor);
    }

    /// <summary>
    /// The text that puts lines in the place of those drawn before. A terminal made narrower since has wrapped those, so they are
    /// counted as they lie now; lines are cleared one by one as they are written, because a table that is cleared first flickers.
    /// </summary>
    internal static string Redraw(
        IReadOnlyList<IReadOnlyList<Cell>> drawn, IReadOnlyList<IReadOnlyList<Cell>> lines, int width, int height, bool inColour)
    {
        var up = Math.Min(drawn.Sum(line => Math.Max(1, (Cell.Width(line) + width - 1) / width)), height - 1);
        var texts = lines.Select(line => string.Concat(line.Select(cell => cell.ToText(inColour))) + "\e[K\n");
        return $"{(up > 0 ? $"\e[{up}F" : "")}{string.Concat(texts)}\e[J";
    }
}
