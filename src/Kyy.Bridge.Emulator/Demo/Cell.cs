namespace Kyy.Bridge.Emulator.Demo;

/// <summary>A piece of a line. Every character of ours is one column wide.</summary>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    /// <summary>A line's cells, cut where the width ends.</summary>
    public static IReadOnlyList<Cell> Clip(IEnumerable<Cell> line, int width)
    {
        List<Cell> clipped = [];
        foreach (var cell in line)
        {
            clipped.Add(cell with { Text = cell.Text.Length <= width ? cell.Text : cell.Text[..width] });
            width -= clipped[^1].Text.Length;
        }

        return clipped;
    }

    public static int Width(IEnumerable<Cell> line) => line.Sum(cell => cell.Text.Length);

    /// <summary>As a terminal takes it.</summary>
    public string ToText(bool inColour) => inColour && Code is { } code ? $"\e[{code}m{Text}\e[0m" : Text;

    // The first eight colours, which every theme keeps readable on its background.
    private string? Code => Tone switch
    {
        Tone.Quiet => "2",
        Tone.Busy => "36",
        Tone.Good => "32",
        Tone.Odd => "33",
        Tone.Bad => "31",
        _ => null,
    };
}
