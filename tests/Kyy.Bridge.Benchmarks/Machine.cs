using System.Globalization;

namespace Kyy.Bridge.Benchmarks;

/// <summary>How busy the machine is, everybody's work included; unknown outside Linux.</summary>
internal static class Machine
{
    private const string LoadFile = "/proc/loadavg", TimesFile = "/proc/stat";

    /// <summary>The averages of 1, 5 and 15 minutes.</summary>
    public static string? Load() => File.Exists(LoadFile) ? string.Join(' ', File.ReadAllText(LoadFile).Split(' ')[..3]) : null;

    /// <summary>Starts looking; what is returned says which share of the processors' time was used since then, 0 to 1.</summary>
    public static Func<double?> WatchProcessors()
    {
        var before = Times();
        return () => before is var (busy, all) && Times() is var (busyNow, allNow) && allNow > all
            ? (double)(busyNow - busy) / (allNow - all)
            : null;
    }

    // user nice system idle iowait irq softirq steal
    private static (long Busy, long All)? Times()
    {
        if (!File.Exists(TimesFile)) return null;
        var line = File.ReadLines(TimesFile).First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long[] times = [.. line.Skip(1).Take(8).Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
        return (times.Sum() - times[3] - times[4], times.Sum());
    }
}
