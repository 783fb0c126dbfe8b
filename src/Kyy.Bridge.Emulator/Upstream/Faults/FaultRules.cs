namespace Kyy.Bridge.Emulator.Upstream.Faults;

/// <summary>How an emulated upstream misbehaves: rules in order, of which the first that holds answers.</summary>
internal sealed class FaultRules(EmulatorOptions options, MonotonicClock clock)
{
    private readonly Lock _gate = new();
    private volatile ActiveRule[] _rules = [];
    private int _added, _connections;

    /// <summary>In force, in order.</summary>
    public IReadOnlyList<ActiveRule> Active => _rules;

    /// <summary>Adds a rule after those that there are. Its window begins now.</summary>
    /// <returns>The rule, to <see cref="Remove(FaultRule)"/>.</returns>
    /// <exception cref="ArgumentException">It could never hold, or its fault cannot be done.</exception>
    public FaultRule Add(FaultRule rule)
    {
        rule.Check();
        lock (_gate) _rules = [.. _rules, new ActiveRule(rule, ++_added, clock.Now, options)];
        return rule;
    }

    /// <summary>Puts these in the place of all that there are, or, where one of them is wrong, none.</summary>
    /// <exception cref="ArgumentException">One could never hold, or its fault cannot be done.</exception>
    public void Replace(IReadOnlyCollection<FaultRule> rules)
    {
        foreach (var rule in rules) rule.Check();
        lock (_gate)
        {
            var now = clock.Now;
            _added = rules.Count;
            _rules = [.. rules.Select((rule, index) => new ActiveRule(rule, index + 1, now, options))];
        }
    }

    /// <returns>False where it is not there.</returns>
    public bool Remove(FaultRule rule) => RemoveWhere(active => ReferenceEquals(active.Rule, rule));

    /// <returns>False where there is none of that name.</returns>
    public bool Remove(string name) => RemoveWhere(active => active.Rule.Name == name);

    public void Clear() => Replace([]);

    /// <summary>The fault that answers a poll, and the how manieth time it does so for its id; null where none does.</summary>
    public (Fault Fault, int Match)? Pick(Situation at)
    {
        foreach (var rule in _rules)
        {
            if (rule.Holds(at)) return (rule.Rule.Does, rule.Apply(at.Id));
        }

        return null;
    }

    /// <summary>The fault that meets a new connection; null where none does.</summary>
    public Fault? PickAtAccept()
    {
        var number = Interlocked.Increment(ref _connections);
        foreach (var rule in _rules)
        {
            if (!rule.HoldsOfConnection(number, clock.Now)) continue;
            rule.Apply("");
            return rule.Rule.Does;
        }

        return null;
    }

    private bool RemoveWhere(Func<ActiveRule, bool> which)
    {
        lock (_gate)
        {
            var before = _rules.Length;
            _rules = [.. _rules.Where(rule => !which(rule))];
            return _rules.Length < before;
        }
    }
}
