using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Registration;

/// <summary>The processor time of a process and of its children, from <c>/proc</c>; nothing outside Linux.</summary>
internal static class ProcessorTime
{
    // The kernel's unit, the same on every Linux of today.
    private const double TicksPerSecond = 100;

    /// <summary>Seconds of one process, all of its threads.</summary>
    public static double Of(int process) => Times(process) is { } times ? (times[0] + times[1]) / TicksPerSecond : 0;

    /// <summary>Seconds of a process, of its children, and of those of them that have ended: PostgreSQL is one process a connection.</summary>
    public static double OfFamily(int parent) =>
        Times(parent) is { } own ? own.Sum() / TicksPerSecond + Children(parent).Sum(Of) : 0;

    private static IEnumerable<int> Children(int parent) => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var process) ? process : 0)
        .Where(process => process > 0 && Fields(process) is [_, var of, ..] && of == parent.ToString(CultureInfo.InvariantCulture));

    // utime stime cutime cstime
    private static long[]? Times(int process) => Fields(process) is { } fields
        ? [.. fields.Skip(11).Take(4).Select(ticks => long.Parse(ticks, CultureInfo.InvariantCulture))]
        : null;

    // What comes after the name, which stands in brackets and may hold anything: state ppid …
    private static string[]? Fields(int process)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{process}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
