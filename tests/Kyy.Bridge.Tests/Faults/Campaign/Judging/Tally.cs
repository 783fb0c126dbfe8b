namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

/// <summary>What one judge has found: promises broken, and counts of what is explained.</summary>
internal sealed class Tally
{
    private readonly List<Finding> _findings = [];
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public IReadOnlyList<Finding> Findings => _findings;

    public IReadOnlyDictionary<string, int> Counts => _counts;

    public void Break(FindingKind kind, string taskId, string words) => _findings.Add(new(kind, taskId, words));

    public void Count(string what, int by = 1) => _counts[what] = _counts.GetValueOrDefault(what) + by;
}
