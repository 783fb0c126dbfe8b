using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Kyy.Bridge.Tests.Architecture;

/// <summary>Which folder may know which, read from the sources: what no compiler objects to and what review forgets.</summary>
public sealed partial class FolderRules
{
    private const int LongestFile = 350;

    private static readonly string Root = FindRoot();

    [Fact]
    public void Upstream_knows_nothing_of_the_rest_of_the_service() =>
        Using("src/Kyy.Bridge/Upstream").ShouldAllBe(use => !use.Name.StartsWith("Kyy.Bridge.", StringComparison.Ordinal)
            || use.Name.StartsWith("Kyy.Bridge.Upstream", StringComparison.Ordinal) || use.Name == "Kyy.Bridge.Text" || use.Name == "Kyy.Bridge.Addresses");

    [Theory]
    [InlineData("Tasks")]
    [InlineData("Polling")]
    [InlineData("Outcomes")]
    [InlineData("Deliveries")]
    [InlineData("Endpoints")]
    [InlineData("Keys")]
    [InlineData("Persistence")]
    public void No_feature_knows_the_console_nor_the_engine_it_is_run_by(string folder) =>
        Using($"src/Kyy.Bridge/{folder}").ShouldAllBe(use => !use.Name.StartsWith("Kyy.Bridge.OperatorConsole", StringComparison.Ordinal)
        && !use.Name.StartsWith("Kyy.Bridge.Scheduling.", StringComparison.Ordinal)
        && !use.Name.StartsWith("Hangfire", StringComparison.Ordinal));

    [Theory]
    [InlineData("Text")]
    [InlineData("Addresses")]
    public void What_everybody_may_know_knows_nothing_of_the_rest(string folder) =>
        Using($"src/Kyy.Bridge/{folder}").ShouldAllBe(use => !use.Name.StartsWith("Kyy.", StringComparison.Ordinal));

    [Fact]
    public void The_client_depends_on_the_framework_alone()
    {
        Using("src/Kyy.Bridge.Client").ShouldAllBe(use => use.Name.StartsWith("System", StringComparison.Ordinal)
            || use.Name.StartsWith("Kyy.Bridge.Client", StringComparison.Ordinal));
        References("src/Kyy.Bridge.Client/Kyy.Bridge.Client.csproj").ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_but_the_tests_references_the_emulator() => Directory
        .EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
        .Where(project => References(Path.GetRelativePath(Root, project)).Any(name => name.Contains("Emulator", StringComparison.Ordinal)))
        .ShouldBeEmpty();

    [Fact]
    public void Only_the_adapter_knows_Hangfire() => Using("src").Concat(Using("tests"))
        .Where(use => use.Name.StartsWith("Hangfire", StringComparison.Ordinal))
        .ShouldAllBe(use => use.File.Contains("/Scheduling/HangfireAdapter/", StringComparison.Ordinal));

    [Fact]
    public void Only_one_file_knows_Testcontainers() => Using("src").Concat(Using("tests"))
        .Where(use => use.Name.Contains("Testcontainers", StringComparison.Ordinal))
        .Select(use => use.File).Distinct()
        .ShouldBe(["tests/Kyy.Bridge.Tests/Support/PostgresContainer.cs"]);

    [Fact]
    public void The_package_sets_differ_by_files_and_not_within_them() => Sources("src").Concat(Sources("tests"))
        .Where(file => File.ReadLines(file).Any(line => line.TrimStart().StartsWith("#if", StringComparison.Ordinal)))
        .ShouldBeEmpty();

    [Fact]
    public void A_package_has_the_same_version_in_both_sets()
    {
        var versions = XDocument.Load(Path.Combine(Root, "Directory.Packages.props")).Descendants("PackageVersion").ToList();

        versions.ShouldNotBeEmpty();
        versions.Where(version => version.AncestorsAndSelf().Any(element => element.Attribute("Condition") is not null)).ShouldBeEmpty();
    }

    [Fact]
    public void No_file_is_longer_than_a_reader_s_patience() => Sources("src").Concat(Sources("tests"))
        .Where(file => File.ReadLines(file).Count() > LongestFile)
        .ShouldBeEmpty();

    [Theory]
    [InlineData("Tasks/InsertTasks.cs")]
    [InlineData("Polling/ClaimDueTasks.cs")]
    [InlineData("Outcomes/RecordReadings.cs")]
    [InlineData("Outcomes/RecordOutcomes.cs")]
    [InlineData("Deliveries/ClaimDueDeliveries.cs")]
    [InlineData("Deliveries/SettleDeliveries.cs")]
    public void A_hot_statement_is_one_class_with_its_SQL(string file)
    {
        var source = File.ReadAllText(Path.Combine(Root, "src/Kyy.Bridge", file));

        Class().Matches(source).Select(match => match.Groups["name"].Value).ShouldBe([Path.GetFileNameWithoutExtension(file)]);
        source.ShouldContain("\"\"\"");
    }

    [Fact]
    public void The_rules_find_what_they_look_for()
    {
        Sources("src/Kyy.Bridge").Count().ShouldBeGreaterThan(100);
        Using("src/Kyy.Bridge/Polling").ShouldContain(use => use.Name == "Kyy.Bridge.Persistence");
        References("tests/Kyy.Bridge.Tests/Kyy.Bridge.Tests.csproj")
            .ShouldContain(name => name.EndsWith("Kyy.Bridge.Emulator.csproj", StringComparison.Ordinal));
    }

    private static IEnumerable<(string File, string Name)> Using(string folder) =>
        from file in Sources(folder)
        from line in File.ReadLines(file)
        let match = UsingDirective().Match(line)
        where match.Success
        select (Path.GetRelativePath(Root, file).Replace('\\', '/'), match.Groups["name"].Value);

    private static IEnumerable<string> References(string project) => XDocument.Load(Path.Combine(Root, project)).Descendants()
        .Where(element => element.Name.LocalName is "PackageReference" or "ProjectReference" or "FrameworkReference")
        .Select(element => (string)element.Attribute("Include")!);

    private static IEnumerable<string> Sources(string folder) => Directory
        .EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        .Where(file => !Generated().IsMatch(file));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kyy.Bridge.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run within the repository.");
        return folder.FullName;
    }

    [GeneratedRegex(@"^(global )?using (static )?(\w+ = )?(?<name>[\w.]+);", RegexOptions.ExplicitCapture)]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"^\s*[\w ]*\bclass (?<name>\w+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex Class();

    [GeneratedRegex(@"[\\/](obj|bin)[\\/]")]
    private static partial Regex Generated();
}
