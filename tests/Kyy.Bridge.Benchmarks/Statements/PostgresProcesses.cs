using System.Globalization;
using Npgsql;

namespace Kyy.Bridge.Benchmarks.Statements;

/// <summary>What processors' time a server's processes have used, from /proc; unknown where there is none.</summary>
/// <param name="server">The process of the server, whose children the others are.</param>
internal sealed class PostgresProcesses(int server)
{
    // The kernel tells times in hundredths of a second, whatever it counts in.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>The server that the data source's connections are of.</summary>
    public static async Task<PostgresProcesses?> OfAsync(NpgsqlDataSource dataSource, CancellationToken stopping)
    {
        await using var command = dataSource.CreateCommand("select pg_backend_pid()");
        return Stat((int)(await command.ExecuteScalarAsync(stopping))!) is { } backend ? new((int)backend[Parent]) : null;
    }

    /// <summary>What those that serve connections have used, and what all of them have, those that have ended included.</summary>
    public (TimeSpan Backends, TimeSpan All) Used()
    {
        var (backends, all) = (0L, Stat(server) is { } own ? own[Own] + own[Own + 1] + own[Reaped] + own[Reaped + 1] : 0);
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var process)) continue;
            if (Stat(process) is not { } stat || stat[Parent] != server) continue;
            all += stat[Own] + stat[Own + 1];
            if (ServesConnections(process)) backends += stat[Own] + stat[Own + 1];
        }

        return (backends * Tick, all * Tick);
    }

    // Counted from behind the name, which may hold anything: state ppid … utime stime cutime cstime …
    private const int Parent = 1, Own = 11, Reaped = 13;

    private static long[]? Stat(int process)
    {
        var text = Read(process, "stat");
        return text?[(text.LastIndexOf(')') + 2)..].Split(' ')
            .Select(field => long.TryParse(field, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
    }

    // "postgres: USER DATABASE …"; the others name their work there.
    private static bool ServesConnections(int process) =>
        Read(process, "cmdline")?.Contains($"postgres: {Persistence.LocalPostgresCommand.User} ", StringComparison.Ordinal) == true;

    // Whoever has ended meanwhile has no files any more.
    private static string? Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
