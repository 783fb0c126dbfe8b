using System.Diagnostics;
using System.Formats.Tar;
using Kyy.Bridge.Persistence.Migrations;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Versions;

/// <summary>The service as it was before the newest migration, built from the repository's own history.</summary>
internal static class VersionBefore
{
    private const string Remedy = """
        The version before is built from the repository's history, and there is not enough of it here: run this in a clone with the whole of
        it (git fetch --unshallow), not in an exported tree.
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // bin/<package set>/<configuration>/<framework>
    private static string PackageSet => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Name;

    /// <summary>The last commit without the newest migration.</summary>
    /// <exception cref="InvalidOperationException">There is no history, or too little.</exception>
    public static async Task<string> CommitAsync()
    {
        var number = KnownMigrations.Ids[^1][..4];
        var file = Repository.Files("src/Kyy.Bridge/Persistence/Migrations")
            .Single(name => Path.GetFileName(name).StartsWith($"M{number}_", StringComparison.Ordinal));
        var added = (await GitAsync("log", "--diff-filter=A", "--format=%H", "-1", "--", file)).Trim();
        // One that is not committed yet: all that is, is the version before.
        return (await GitAsync("rev-parse", "--verify", added.Length == 0 ? "HEAD" : $"{added}^")).Trim();
    }

    /// <summary>Builds it into the folder, and returns its assembly.</summary>
    public static async Task<string> BuildAsync(string commit, string folder)
    {
        var archive = Path.Combine(folder, "source.tar");
        Directory.CreateDirectory(folder);
        await GitAsync("archive", "--output", archive, commit);
        await TarFile.ExtractToDirectoryAsync(archive, folder, overwriteFiles: false, Cancellation);
        File.Delete(archive);
        await RunAsync(
            folder, "dotnet", "build", "src/Kyy.Bridge", $"-p:PackageSet={PackageSet}", "-p:RunAnalyzers=false", "-p:UseSharedCompilation=false",
            "-nodeReuse:false");
        return Path.Combine(folder, "src", "Kyy.Bridge", "bin", PackageSet, "Debug", "net10.0", "Kyy.Bridge.dll");
    }

    private static async Task<string> GitAsync(params string[] arguments)
    {
        try
        {
            return await RunAsync(Repository.PathOf(""), "git", arguments);
        }
        catch (Exception none) when (none is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            throw new InvalidOperationException($"{Remedy}\n{none.Message}", none);
        }
    }

    private static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Cancellation), process.StandardError.ReadToEndAsync(Cancellation));
        await process.WaitForExitAsync(Cancellation);
        if (process.ExitCode == 0) return await output;
        throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed:\n{await error}\n{await output}");
    }
}
