using System.Text.RegularExpressions;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Kyy.Bridge.Tests.Configuration;

/// <summary>The table of the README at the root says what can be configured: neither less nor more, and with the true defaults.</summary>
public sealed partial class ReadmeTableTests
{
    private const string Family = "<family>", Levels = "Serilog:MinimumLevel";

    private static readonly ILookup<bool, string[]> All =
        Repository.Table("README.md", "## Configuration").ToLookup(row => row[0].StartsWith($"`{Levels}", StringComparison.Ordinal));

    private static readonly IReadOnlyList<string[]> Rows = [.. All[false]];

    [Fact]
    public void Table_HasEveryKnownKeyAndNoOther() =>
        Rows.SelectMany(row => KeysOf(row)).Order().ShouldBe(Given.Production().Values.Select(value => value.Key).Order());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Table_HasTheDefaults(bool isDevelopment)
    {
        var reading = isDevelopment ? Given.Development() : Given.Production();
        var told = Rows.Where(row => !row[0].Contains(Family, StringComparison.Ordinal))
            .ToDictionary(row => Code().Match(row[0]).Groups[1].Value, row => Default(row[1], isDevelopment));

        told.Count.ShouldBeGreaterThan(20);
        foreach (var value in reading.Values.Where(value => told.ContainsKey(value.Key))) told[value.Key].ShouldBe(value.Default, value.Key);
    }

    [Fact]
    public void Table_HasTheLevelsOfTheLog_WhichSerilogReads()
    {
        var reference = new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: false).Build();

        All[true].Select(row => row[0]).ShouldBe([$"`{Levels}:Default`", $"`{Levels}:Override:<category>`"]);
        All[true].First()[1].ShouldBe($"`{reference[$"{Levels}:Default"]}`");
    }

    private static IEnumerable<string> KeysOf(string[] row)
    {
        var key = Code().Match(row[0]).Groups[1].Value;
        return key.Contains(Family, StringComparison.Ordinal)
            ? Given.Documented.Select(family => key.Replace(Family, family.Id, StringComparison.Ordinal))
            : [key];
    }

    // "`false`; Development: `true`": the first is everywhere else's.
    private static string Default(string cell, bool isDevelopment)
    {
        var parts = cell.Split("; Development: ");
        return Code().Match(isDevelopment ? parts[^1] : parts[0]) is { Success: true } code ? code.Groups[1].Value : "";
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
