using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kyy.Bridge.Emulator.Commands;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Tests.Emulator;

public sealed partial class ReadmeTests
{
    [Fact]
    public async Task Sample_IsTheCompiledOne()
    {
        var compiled = OneLine(await ReadAsync("tests/Kyy.Bridge.Tests/Emulator/ReadmeSamples.cs"));

        var sample = CSharpBlock().Matches(await ReadAsync("src/Kyy.Bridge.Emulator/README.md")).ShouldHaveSingleItem().Groups[1].Value;

        compiled.ShouldContain(OneLine(sample));
    }

    [Fact]
    public async Task Readme_NamesEveryVerbAndEveryViolation()
    {
        var readme = await ReadAsync("src/Kyy.Bridge.Emulator/README.md");
        Command[] verbs = [DemoCommand.Create(), EmulatorCommand.Create(), ReceiverCommand.Create()];

        verbs.ShouldAllBe(verb => readme.Contains($"| `{verb.Name}", StringComparison.Ordinal));
        Enum.GetValues<Violation>().Where(kind => kind != Violation.None)
            .Select(kind => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{kind}"))
            .ShouldAllBe(kind => readme.Contains($"`{kind}`", StringComparison.Ordinal));
    }

    private static string OneLine(string code) => string.Join(' ', code.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static Task<string> ReadAsync(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kyy.Bridge.sln"))) folder = folder.Parent.ShouldNotBeNull();
        return File.ReadAllTextAsync(Path.Combine(folder.FullName, path), TestContext.Current.CancellationToken);
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
