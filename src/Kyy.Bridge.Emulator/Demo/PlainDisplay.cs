namespace Kyy.Bridge.Emulator.Demo;

/// <summary>One line for each change.</summary>
internal sealed class PlainDisplay(TextWriter output) : IDemoDisplay
{
    private IReadOnlyList<TaskRow> _before = [];

    public void Show(IReadOnlyList<TaskRow> rows, TimeSpan elapsed)
    {
        foreach (var line in ChangeLines.Of(_before, rows, elapsed)) output.WriteLine(line);
        _before = rows;
    }

    public void Dispose()
    {
    }
}
