namespace Kyy.Bridge.Scheduling;

/// <summary>
/// Work that is done again and again. Correctness is in its SQL, not in who calls it: overlapping runs and any number of
/// replicas are harmless, so that any engine may run it.
/// </summary>
internal interface IRecurringWork
{
    /// <summary>A speaking name, for instance <c>poll:veo</c>.</summary>
    string Name { get; }

    /// <summary>The longest time between two runs.</summary>
    TimeSpan Cadence { get; }

    /// <summary>Raised when there is something to do before the cadence says so.</summary>
    WakeSignal Wake { get; }

    /// <summary>Does what is due now, and says in how long there is more.</summary>
    Task<WorkRun> RunOnceAsync(CancellationToken cancellation);
}

/// <summary>What one run came to.</summary>
/// <param name="Done">How many things were done.</param>
/// <param name="NextIn">In how long the next is due; null where nothing is in sight.</param>
internal readonly record struct WorkRun(int Done, TimeSpan? NextIn = null);
