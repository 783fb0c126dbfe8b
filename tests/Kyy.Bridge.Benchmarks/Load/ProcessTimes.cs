using System.Globalization;

namespace Kyy.Bridge.Benchmarks.Load;

/// <summary>What processes have cost, as Linux counts it: in hundredths of a second.</summary>
internal static class ProcessTimes
{
    private const double TicksPerSecond = 100;

    /// <summary>What one process has used of the processors.</summary>
    public static TimeSpan Of(int id) => Seconds(Read(id) is { } fields ? Own(fields) : 0);

    /// <summary>What a server and its backends have used, those that have ended included.</summary>
    /// <param name="id">The server's own process.</param>
    public static TimeSpan OfFamily(int id)
    {
        var ticks = Read(id) is { } server ? Own(server) + Ended(server) : 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var child)) continue;
            if (Read(child) is { } fields && int.Parse(fields[1], CultureInfo.InvariantCulture) == id) ticks += Own(fields);
        }

        return Seconds(ticks);
    }

    /// <summary>The process that a process belongs to.</summary>
    public static int ParentOf(int id) => int.Parse(Read(id)![1], CultureInfo.InvariantCulture);

    /// <summary>The resident memory now and at its most, in MiB.</summary>
    public static (double Now, double Most) MemoryOf(int id)
    {
        var lines = File.ReadAllLines($"/proc/{id}/status");
        return (Field("VmRSS:"), Field("VmHWM:"));

        double Field(string name) => long.Parse(
            lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim().Split(' ')[0],
            CultureInfo.InvariantCulture) / 1024.0;
    }

    // From the state on: what comes before is a name, which may have spaces.
    private static string[]? Read(int id)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{id}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long Own(string[] fields) => Number(fields, 11) + Number(fields, 12);

    private static long Ended(string[] fields) => Number(fields, 13) + Number(fields, 14);

    private static long Number(string[] fields, int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);

    private static TimeSpan Seconds(long ticks) => TimeSpan.FromSeconds(ticks / TicksPerSecond);
}
