using System.Collections.Concurrent;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Scheduling;

namespace Kyy.Bridge.Polling;

/// <summary>Wakes the polling of a family when this process has something due for it.</summary>
internal sealed class PollSignals
{
    private readonly ConcurrentDictionary<string, WakeSignal> _signals = [];

    /// <summary>The signal of a family; null, while a task's is not known, is polled as the default one.</summary>
    public WakeSignal Of(string? family) => _signals.GetOrAdd(family ?? Families.Default, _ => new());

    /// <summary>Wakes all of them.</summary>
    public void RaiseAll()
    {
        foreach (var signal in _signals.Values) signal.Raise();
    }
}
