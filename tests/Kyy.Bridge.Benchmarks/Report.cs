using System.Text.Json;

namespace Kyy.Bridge.Benchmarks;

/// <summary>What a measurement found.</summary>
/// <param name="Lines">For people.</param>
/// <param name="Figures">For machines: serialised as it is.</param>
/// <param name="Missed">The targets that this run misses, a sentence each.</param>
internal sealed record Report(IReadOnlyList<string> Lines, object Figures, IReadOnlyList<string> Missed)
{
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <summary>Aligns cells in columns, the first to the left and the others to the right.</summary>
    public static IEnumerable<string> Table(IReadOnlyList<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        return rows.Select(row => string.Join("  ", row.Select(
            (cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))));
    }
}
