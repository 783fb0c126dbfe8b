namespace Kyy.Bridge.Emulator.Demo;

/// <summary>Where the demo finds the service, and where it puts what it leaves behind.</summary>
/// <param name="BridgeDll">The service's assembly.</param>
/// <param name="LogFile">What the service says.</param>
/// <param name="DatabaseFolder">Of the service's private PostgreSQL; null where a connection string names a server.</param>
internal sealed record DemoPlaces(string BridgeDll, string LogFile, string? DatabaseFolder)
{
    private const string ConnectionString = "ConnectionStrings__Bridge", LocalDirectory = "Bridge__Database__LocalDirectory";

    /// <summary>Finds them from the place of this program, which is built for the same package set and configuration as the service.</summary>
    /// <param name="program">The folder of this program, <c>…/bin/Lean/Debug/net10.0</c>.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="bridgeDll">The service's assembly; null for the repository's.</param>
    /// <param name="logFile">The service's log; null for one in the repository.</param>
    /// <exception cref="DemoException">The service is not there.</exception>
    public static DemoPlaces Find(string program, Func<string, string?> environment, string? bridgeDll, string? logFile)
    {
        program = Path.TrimEndingDirectorySeparator(program);
        var root = RootAbove(program) ?? Directory.GetCurrentDirectory();
        var bin = Path.Combine([.. program.Split(Path.DirectorySeparatorChar).TakeLast(3)]);
        var bridge = Path.GetFullPath(bridgeDll ?? Path.Combine(root, "src", "Kyy.Bridge", "bin", bin, "Kyy.Bridge.dll"));
        if (!File.Exists(bridge))
            throw new DemoException($"The service is not at {bridge}. Build the solution, or name its dll with --bridge.");

        return new(
            bridge,
            Path.GetFullPath(logFile ?? Path.Combine(root, "artifacts", "demo", "bridge.log")),
            Given(ConnectionString) is null ? Path.GetFullPath(Given(LocalDirectory) ?? Path.Combine(root, ".data", "demo")) : null);

        string? Given(string variable) => environment(variable) is { Length: > 0 } value ? value : null;
    }

    private static string? RootAbove(string folder)
    {
        for (var above = new DirectoryInfo(folder); above is not null; above = above.Parent)
        {
            if (File.Exists(Path.Combine(above.FullName, "Kyy.Bridge.sln"))) return above.FullName;
        }

        return null;
    }
}
