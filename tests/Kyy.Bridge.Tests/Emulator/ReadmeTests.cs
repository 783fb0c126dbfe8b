using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kyy.Bridge.Emulator.Commands;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Emulator.Upstream.Secure;
using Kyy.Bridge.Tests.Support;

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

    [Fact]
    public void Readme_NamesEveryFault_EveryMemberAndWord_AndEveryMisbehaviour()
    {
        var rows = Repository.Table("src/Kyy.Bridge.Emulator/README.md", "| | fault | members |");
        var rowsByFault = rows.SelectMany(row => Words(row[1]).Select(word => (word, row[2]))).ToDictionary(row => row.word, row => row.Item2);

        rowsByFault.Keys.Except(["--tls", "limits"]).ShouldBe(FaultWords.All, ignoreOrder: true);
        foreach (var fault in FaultWords.Types)
        {
            var members = fault.GetProperties().Where(member => member.DeclaringType != typeof(AnswerFault) && member.CanWrite).ToList();
            Words(rowsByFault[FaultWords.Of(fault)]).ShouldBeSubsetOf(members.SelectMany(WordsOf).Append("{key}"));
            members.SelectMany(WordsOf).ShouldBeSubsetOf(Words(rowsByFault[FaultWords.Of(fault)]), FaultWords.Of(fault));
        }

        rows.SelectMany(row => NumbersOf(row[0])).Distinct().ShouldBe(Enumerable.Range(1, 40), ignoreOrder: true);
    }

    [Fact]
    public void Readme_NamesEveryConditionAndEveryListener()
    {
        var conditions = Repository.Table("src/Kyy.Bridge.Emulator/README.md", "| condition | |").SelectMany(row => Words(row[0]));
        var readme = Repository.Read("src/Kyy.Bridge.Emulator/README.md");

        conditions.ShouldBe(typeof(FaultRule).GetProperties().Select(member => Word(member.Name)).Except(["does", "name"]), ignoreOrder: true);
        Enum.GetNames<TlsCondition>().ShouldAllBe(name => readme.Contains($"`{name}`", StringComparison.Ordinal));
        Directory.GetFiles(Repository.PathOf("src/Kyy.Bridge.Emulator/scenarios"))
            .ShouldAllBe(path => readme.Contains($"`{Path.GetFileName(path)}`", StringComparison.Ordinal));
    }

    private static IEnumerable<string> WordsOf(PropertyInfo member)
    {
        var type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
        return type.IsEnum ? Enum.GetNames(type).Select(Word).Prepend(Word(member.Name)) : [Word(member.Name)];
    }

    private static IEnumerable<int> NumbersOf(string cell)
    {
        var numbers = Number().Matches(cell).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
        return cell.Contains(" to ", StringComparison.Ordinal) ? Enumerable.Range(numbers[0], numbers[1] - numbers[0] + 1) : numbers;
    }

    private static List<string> Words(string cell) => [.. Quoted().Matches(cell).Select(match => match.Groups[1].Value)];

    private static string Word(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    private static string OneLine(string code) => string.Join(' ', code.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static Task<string> ReadAsync(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kyy.Bridge.sln"))) folder = folder.Parent.ShouldNotBeNull();
        return File.ReadAllTextAsync(Path.Combine(folder.FullName, path), TestContext.Current.CancellationToken);
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex("E([0-9]+)")]
    private static partial Regex Number();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
