namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

/// <summary>What went on at which time: the reasons that the judges may accept.</summary>
internal sealed class Disturbances(IEnumerable<Occurrence> occurrences)
{
    // The longest that any is on: a real minute without the database, and a start on a busy machine.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    private readonly Occurrence[] _byBegin = [.. occurrences.OrderBy(one => one.From)];

    /// <summary>Those of some kinds that meet a span of time.</summary>
    public IEnumerable<Occurrence> During(DateTimeOffset from, DateTimeOffset until, params OccurrenceKind[] kinds)
    {
        for (var at = FirstFrom(from - Longest); at < _byBegin.Length && _byBegin[at].From <= until; at++)
        {
            if (_byBegin[at].Meets(from, until) && kinds.Contains(_byBegin[at].Kind)) yield return _byBegin[at];
        }
    }

    /// <summary>The first of them, or null.</summary>
    public Occurrence? FirstDuring(DateTimeOffset from, DateTimeOffset until, params OccurrenceKind[] kinds) =>
        During(from, until, kinds).FirstOrDefault();

    public bool Any(DateTimeOffset from, DateTimeOffset until, params OccurrenceKind[] kinds) =>
        FirstDuring(from, until, kinds) is not null;

    private int FirstFrom(DateTimeOffset moment)
    {
        var (low, high) = (0, _byBegin.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_byBegin[middle].From < moment) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
