namespace Kyy.Bridge.Tests.Support;

/// <summary>The files of the repository that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">From the repository's root.</param>
    public static string Read(string path) => File.ReadAllText(PathOf(path));

    /// <summary>Where a file is.</summary>
    /// <param name="path">From the repository's root.</param>
    public static string PathOf(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kyy.Bridge.sln"))) folder = folder.Parent.ShouldNotBeNull();
        return Path.Combine(folder.FullName, path);
    }

    /// <summary>The files in and below a folder, from the repository's root.</summary>
    public static IEnumerable<string> Files(string folder) => Directory
        .EnumerateFiles(PathOf(folder), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(PathOf(""), file));

    /// <summary>The cells of the first table below a heading of a Markdown file, its two first lines left out.</summary>
    public static IReadOnlyList<string[]> Table(string path, string heading) =>
    [
        .. Read(path).Split('\n')
            .SkipWhile(line => line != heading).SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|')).Skip(2)
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)),
    ];
}
