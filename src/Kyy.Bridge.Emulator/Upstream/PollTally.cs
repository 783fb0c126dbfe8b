using System.Numerics;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>
/// What the report says of all polls, counted as they come: a report costs the same after a million of them as after one.
/// </summary>
internal sealed class PollTally
{
    /// <summary>Enough to find a fault by; the counts are complete.</summary>
    private const int MostExamples = 100;

    private static readonly Violation[] Kinds = [.. Enum.GetValues<Violation>().Where(kind => kind != Violation.None)];

    private readonly Lock _gate = new();
    private readonly Dictionary<int, int> _answers = [];
    private readonly Dictionary<string, int> _faults = new(StringComparer.Ordinal);
    private readonly int[] _violations = new int[Kinds.Length];
    private readonly List<PollOfId> _examples = [];
    private TimeSpan? _smallest, _largest;
    private int _polls, _limited;

    /// <summary>Counts a poll that has come in.</summary>
    public void Begin(string id, Poll poll)
    {
        lock (_gate)
        {
            _polls++;
            Add(_answers, 0, 1);
            if (poll.Gap is { } gap)
            {
                if (_smallest is null || gap < _smallest) _smallest = gap;
                if (_largest is null || gap > _largest) _largest = gap;
            }

            if (poll.Violations == Violation.None) return;
            foreach (var kind in Kinds) _violations[IndexOf(kind)] += poll.Violations.HasFlag(kind) ? 1 : 0;
            if (_examples.Count < MostExamples) _examples.Add(new(id, poll));
        }
    }

    /// <summary>Counts what a poll is answered.</summary>
    public void Decide(Poll poll, bool limited)
    {
        lock (_gate)
        {
            Add(_answers, 0, -1);
            Add(_answers, poll.StatusCode, 1);
            if (poll.Fault is { } fault) Add(_faults, fault, 1);
            if (limited) _limited++;
        }
    }

    public EmulatorReport Report(EmulatorReport rest)
    {
        lock (_gate)
        {
            return rest with
            {
                Polls = _polls,
                Limited = _limited,
                SmallestGap = _smallest,
                LargestGap = _largest,
                Answers = _answers.Where(answer => answer.Value > 0).ToDictionary(),
                Faults = new SortedDictionary<string, int>(_faults),
                Violations = Kinds.ToDictionary(kind => kind, kind => _violations[IndexOf(kind)]),
                Examples = [.. _examples],
            };
        }
    }

    private static int IndexOf(Violation kind) => BitOperations.Log2((uint)kind);

    private static void Add<TKey>(Dictionary<TKey, int> counts, TKey key, int change)
        where TKey : notnull => counts[key] = counts.GetValueOrDefault(key) + change;
}
