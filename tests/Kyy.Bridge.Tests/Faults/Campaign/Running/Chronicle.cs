using Kyy.Bridge.Tests.Faults.Campaign.Judging;

namespace Kyy.Bridge.Tests.Faults.Campaign.Running;

/// <summary>What was done and what happened, as it happens.</summary>
internal sealed class Chronicle
{
    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>All of it so far; what is not over yet goes on until now.</summary>
    public IReadOnlyList<Occurrence> Occurrences
    {
        get
        {
            lock (_gate) return [.. _entries.Select(entry => entry.What with { Until = entry.IsOver ? entry.What.Until : Now })];
        }
    }

    /// <summary>Something begins; to be ended by <see cref="Entry.End"/>.</summary>
    public Entry Begin(OccurrenceKind kind, int? replica, string words, DateTimeOffset? at = null)
    {
        var from = at ?? Now;
        var entry = new Entry(new(kind, from, from, replica, words));
        lock (_gate) _entries.Add(entry);
        return entry;
    }

    /// <summary>Something that is over as it is told.</summary>
    public void Tell(OccurrenceKind kind, int? replica, string words) => Begin(kind, replica, words).End();

    public int Count(Func<Occurrence, bool> which) => Occurrences.Count(which);

    internal sealed class Entry(Occurrence begun)
    {
        public Occurrence What { get; private set; } = begun;

        public bool IsOver { get; private set; }

        /// <param name="after">How much longer its effects last.</param>
        public void End(TimeSpan after = default)
        {
            What = What with { Until = Now + after };
            IsOver = true;
        }
    }
}
