using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Statements;

/// <summary>What a statement was found to cost.</summary>
/// <param name="Name">The statement.</param>
/// <param name="Rows">What it was about: tasks, readings, ends, deliveries; for looks the looks themselves.</param>
/// <param name="Calls">In how many transactions.</param>
/// <param name="Seconds">How long all of them took, one after the other.</param>
/// <param name="BackendSeconds">Processors' time of the backends.</param>
/// <param name="ServerSeconds">Processors' time of all of the server: vacuum and writing the log behind it, too.</param>
internal sealed record StatementFigures(string Name, int Rows, int Calls, double Seconds, double? BackendSeconds, double? ServerSeconds)
{
    public double RowsPerSecond => Rows / Seconds;

    public double? BackendMicroseconds => BackendSeconds / Rows * 1e6;

    public double? ServerMicroseconds => ServerSeconds / Rows * 1e6;

    public string[] Cells() =>
    [
        Name, Text(Rows), Text(Calls), Text(RowsPerSecond), Text(BackendMicroseconds, "0.0"), Text(ServerMicroseconds, "0.0"),
    ];

    private static string Text(double? number, string format = "#,0") => number?.ToString(format, CultureInfo.InvariantCulture) ?? "?";
}
