using System.Diagnostics;
using System.Globalization;

namespace Kyy.Bridge.Persistence;

/// <summary>One set of PostgreSQL's server binaries on this machine.</summary>
/// <param name="Folder">The folder that holds <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>.</param>
/// <param name="Major">Their major version; data of one major version cannot be read by another.</param>
internal sealed record LocalPostgresBinaries(string Folder, int Major)
{
    private const int OldestSupported = 14;

    // Packages put the server outside of PATH, one folder for each version; in each pattern one segment holds a star.
    private static readonly string[] UsualFolders =
    [
        "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*", "/usr/local/pgsql*/bin",
        "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin",
    ];

    /// <summary>The folders worth a look: those of <paramref name="searchPath"/> first, then where packages put servers.</summary>
    public static IEnumerable<string> Folders(string? searchPath) =>
        [.. (searchPath ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), .. UsualFolders.SelectMany(Expand)];

    /// <summary>The binaries to run: those of <paramref name="dataMajor"/> where there is data, else the newest.</summary>
    /// <exception cref="LocalPostgresException">There are none.</exception>
    public static async Task<LocalPostgresBinaries> FindAsync(
        IEnumerable<string> folders, int? dataMajor, CancellationToken cancellation)
    {
        var found = new List<LocalPostgresBinaries>();
        foreach (var folder in folders.Select(Real).OfType<string>().Distinct())
        {
            if (await MajorOfAsync(folder, cancellation) is { } major) found.Add(new LocalPostgresBinaries(folder, major));
        }

        return Choose(found, dataMajor) ?? throw new LocalPostgresException(Missing(dataMajor));
    }

    internal static LocalPostgresBinaries? Choose(IEnumerable<LocalPostgresBinaries> found, int? dataMajor) =>
        found.Where(binaries => dataMajor is null ? binaries.Major >= OldestSupported : binaries.Major == dataMajor)
            .MaxBy(binaries => binaries.Major);

    /// <summary>Reads the answer to <c>postgres --version</c>, such as <c>postgres (PostgreSQL) 17.5 (Debian 17.5-1)</c>.</summary>
    internal static int? ReadMajor(string versionLine)
    {
        var digits = string.Concat(versionLine.SkipWhile(letter => !char.IsAsciiDigit(letter)).TakeWhile(char.IsAsciiDigit));
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
    }

    private static string Missing(int? dataMajor) =>
        (dataMajor is null
            ? $"No PostgreSQL server binaries (initdb, pg_ctl, postgres) of version {OldestSupported} or later were found"
            : $"The data was written by PostgreSQL {dataMajor}, and no server binaries of that version were found")
        + " on PATH or where packages put them. Install them (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install "
        + "postgresql-server; macOS: brew install postgresql@17), or name a running server in ConnectionStrings__Bridge.";

    // A folder on PATH often holds links to some of the binaries only; the folder that they lead to holds all of them.
    private static string? Real(string folder)
    {
        var server = new FileInfo(Path.Combine(folder, "postgres"));
        if (!server.Exists) return null;
        var real = Path.GetDirectoryName(server.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? server.FullName)!;
        return File.Exists(Path.Combine(real, "initdb")) && File.Exists(Path.Combine(real, "pg_ctl")) ? real : null;
    }

    private static async Task<int?> MajorOfAsync(string folder, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Path.Combine(folder, "postgres"), ["--version"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var answer = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return ReadMajor(answer);
    }

    private static IEnumerable<string> Expand(string pattern)
    {
        var segments = pattern.Split('/');
        var star = Array.FindIndex(segments, segment => segment.Contains('*', StringComparison.Ordinal));
        var parent = string.Join('/', segments[..star]);
        if (!Directory.Exists(parent)) return [];
        return Directory.EnumerateDirectories(parent, segments[star]).Select(found => string.Join('/', [found, .. segments[(star + 1)..]]));
    }
}
