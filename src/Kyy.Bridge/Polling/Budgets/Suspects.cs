namespace Kyy.Bridge.Polling.Budgets;

/// <summary>
/// Tells a fault of everything from faults of some tasks. Tasks that fail while no other is answered are suspects together; when
/// there are enough of them, the fault is not theirs. As soon as another task is answered they are offenders, each for itself:
/// whatever they do from then on is no evidence against the rest.
/// </summary>
/// <param name="enough">How many different tasks make it everybody's fault.</param>
internal sealed class Suspects(int enough)
{
    // More than a process has in flight at once; forgetting them costs a wrong suspicion, which the next answer clears.
    private const int MostOffenders = 10_000;

    private readonly Lock _lock = new();
    private readonly HashSet<Guid> _suspects = [], _offenders = [];

    /// <summary>A task has failed. True where it is everybody's fault by now.</summary>
    public bool Add(Guid task)
    {
        lock (_lock)
        {
            if (_offenders.Contains(task)) return false;
            if (_suspects.Count < enough) _suspects.Add(task);
            return _suspects.Count >= enough;
        }
    }

    /// <summary>A task was answered.</summary>
    public void Clear(Guid answered)
    {
        lock (_lock)
        {
            // The usual case, after every answer.
            if (_suspects.Count == 0 && _offenders.Count == 0) return;
            if (_offenders.Count > MostOffenders) _offenders.Clear();
            _offenders.UnionWith(_suspects);
            _offenders.Remove(answered);
            _suspects.Clear();
        }
    }
}
