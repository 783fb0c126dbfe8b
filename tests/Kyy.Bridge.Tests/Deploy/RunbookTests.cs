using System.Reflection;
using System.Text.RegularExpressions;
using Kyy.Bridge.Http;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Deploy;

/// <summary>Nobody wants to find at three in the morning that a statement of the runbook names a column that is gone.</summary>
public sealed partial class RunbookTests(RolesDatabase roles) : IClassFixture<RolesDatabase>
{
    private static readonly string Runbook = Repository.Read("deploy/runbook.md");

    private static readonly string[] EventPages = ["src/Kyy.Bridge/README.md", "src/Kyy.Bridge/Scheduling/HangfireAdapter/README.md"];

    public static TheoryData<string> Statements => [.. Sql().Matches(Runbook).Select(match => match.Groups["sql"].Value.Trim())];

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task A_statement_runs_with_the_rights_of_the_reader(string sql)
    {
        await using var command = roles.Reader.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);

        reader.FieldCount.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Every_warning_and_error_of_the_log_has_an_entry_and_no_other_event_is_named()
    {
        var events = EventPages
            .SelectMany(page => Repository.Table(page, "## Log events")).Select(row => (Id: row[0], Level: row[1])).ToArray();
        var named = EventId().Matches(Runbook).Select(match => match.Value).ToHashSet();

        events.Where(one => one.Level is "Warning" or "Error").Select(one => one.Id).Except(named).ShouldBeEmpty();
        named.Except(events.Select(one => one.Id)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_problem_that_is_named_is_one_of_the_service() => Problem().Matches(Runbook).Select(match => match.Value).Distinct()
        .Except(typeof(ProblemKind).GetFields(BindingFlags.Static | BindingFlags.Public).Select(field => ((ProblemKind)field.GetValue(null)!).Type))
        .ShouldBeEmpty();

    [Fact]
    public void Every_file_and_heading_that_is_linked_is_there()
    {
        var headings = Heading().Matches(Runbook).Select(match => "#" + match.Groups["words"].Value.ToLowerInvariant().Replace(' ', '-')).ToHashSet();
        var links = Link().Matches(Runbook).Select(match => match.Groups["target"].Value).ToArray();

        links.Where(link => link.StartsWith('#')).ShouldBeSubsetOf(headings);
        foreach (var link in links.Where(link => !link.StartsWith('#'))) Repository.Read($"deploy/{link.Split('#')[0]}").ShouldNotBeEmpty(link);
    }

    [GeneratedRegex("```sql\n(?<sql>.+?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Sql();

    [GeneratedRegex(@"\b[123]\d{3}\b(?!-)")]
    private static partial Regex EventId();

    [GeneratedRegex("/problems/[a-z-]+")]
    private static partial Regex Problem();

    [GeneratedRegex("^## (?<words>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\((?<target>[^)]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();
}
