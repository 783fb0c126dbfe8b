using System.Text.RegularExpressions;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Events;

/// <summary>
/// Read from the sources: every transaction that may write events says so before anything else. One that does not would be overtaken
/// by the feed's readers, now and then and under load only.
/// </summary>
public sealed partial class EventWriters
{
    // Where the statements are; those that are part of a caller's transaction; and what hands on its caller's.
    private static readonly string[] Inserting = ["InsertEvents", "InsertClientEvents", "RecordRefresh"],
        Handed = ["InsertEvents", "InsertClientEvents"], HandingOn = ["KeyEvents"];

    private static readonly (string Name, string Source)[] Sources =
    [
        .. Directory.EnumerateFiles(Repository.PathOf("src/Kyy.Bridge"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Generated().IsMatch(file))
            .Select(file => (Path.GetFileNameWithoutExtension(file), File.ReadAllText(file))),
    ];

    [Fact]
    public void Events_are_inserted_in_three_places() =>
        Sources.Where(file => Insertion().IsMatch(file.Source)).Select(file => file.Name).Order().ShouldBe(Inserting.Order());

    [Fact]
    public void Every_transaction_that_may_insert_them_begins_with_the_announcement()
    {
        var callers = Sources
            .Where(file => Call().IsMatch(file.Source) || Inserting.Contains(file.Name))
            .Where(file => !Handed.Contains(file.Name) && !HandingOn.Contains(file.Name)).ToList();

        callers.Select(file => file.Name)
            .Intersect(["BudgetStore", "OperatorUpstreamKey", "OutcomeRecorder", "UpstreamKeyStore"]).Count().ShouldBe(4);
        foreach (var (name, source) in callers) ShouldAnnounce(name, source);
    }

    private static void ShouldAnnounce(string name, string source)
    {
        source.ShouldContain("EventWriting.", customMessage: name);
        // Those whose caller begins it: all that this file begins.
        var writing = Methods(source).Where(method => Call().IsMatch(method) && Begin().IsMatch(method)).ToList();
        foreach (var begun in FirstStatement().Matches(writing.Count > 0 ? string.Concat(writing) : source).Cast<Match>())
            begun.Groups["first"].Value.ShouldContain("EventWriting.", customMessage: name);
        foreach (var begun in FirstOfBatch().Matches(source).Cast<Match>().Where(_ => writing.Count == 0))
            begun.Groups["first"].Value.ShouldContain("EventWriting.", customMessage: name);
    }

    private static IEnumerable<string> Methods(string source) => MethodStart().Split(source);

    [GeneratedRegex(@"insert into (bridge\.)?events\b", RegexOptions.IgnoreCase)]
    private static partial Regex Insertion();

    [GeneratedRegex(@"\bInsertEvents\.Command\(|\bInsertClientEvents\.RunAsync\(|\bRaise(For)?Async\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"BeginTransactionAsync\(")]
    private static partial Regex Begin();

    [GeneratedRegex(@"BeginTransactionAsync\([^;]*;\s*(?<first>[^;]*;)")]
    private static partial Regex FirstStatement();

    // A batch is one transaction: the announcement is its first command.
    [GeneratedRegex(@"CreateBatch\(\);\s*(?<first>[^;]*;)")]
    private static partial Regex FirstOfBatch();

    [GeneratedRegex(@"(?=^    (public|private|internal|protected)[^\n]*\()", RegexOptions.Multiline)]
    private static partial Regex MethodStart();

    [GeneratedRegex(@"[\\/](obj|bin)[\\/]")]
    private static partial Regex Generated();
}
