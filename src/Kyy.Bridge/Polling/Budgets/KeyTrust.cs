namespace Kyy.Bridge.Polling.Budgets;

/// <summary>
/// Whose fault a 401, 402 or 403 is. Refused for two tasks with no other answered between them, it is the key; where another task
/// is answered first, the refusal concerned the one task alone.
/// </summary>
internal sealed class KeyTrust
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Refusal> _open = [];
    private bool _blamedKey;

    /// <summary>A task was refused. True where that makes it the key's fault.</summary>
    public bool Refused(Refusal refusal)
    {
        lock (_lock)
        {
            _open[refusal.Task.Id] = refusal;
            // One that was refused before while the key worked says nothing about the key.
            var isTheKey = _open.Values.Count(open => !open.Task.IsForbidden) >= 2;
            _blamedKey |= isTheKey;
            return isTheKey;
        }
    }

    /// <summary>A task was answered: the key works. Returns the refusals that concern their tasks alone.</summary>
    public IReadOnlyList<Refusal> Answered()
    {
        lock (_lock)
        {
            if (_open.Count == 0) return [];
            Refusal[] theirs = [.. _open.Values.Select(open => open with { IsCertain = !_blamedKey })];
            _open.Clear();
            _blamedKey = false;
            return theirs;
        }
    }
}

/// <summary>A task that the upstream refused to speak of.</summary>
/// <param name="Task">The task, as it was claimed.</param>
/// <param name="StatusCode">401, 402 or 403.</param>
internal sealed record Refusal(DueTask Task, int StatusCode)
{
    /// <summary>
    /// Whether it was surely the task's own. Where the key was blamed for it, it may have been the key: it counts for nothing, but
    /// the task is remembered, so that the next time its refusal is no evidence against the key.
    /// </summary>
    public bool IsCertain { get; init; } = true;
}
