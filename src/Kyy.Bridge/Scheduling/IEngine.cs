namespace Kyy.Bridge.Scheduling;

/// <summary>
/// What makes recurring work recur. An engine decides when a work may run and shows it to operators; what is due, and who does it,
/// is decided by the works' own SQL, so that engines may be mixed and changed at any time.
/// </summary>
internal interface IEngine
{
    /// <summary>Runs every work at its cadence until it is stopped, and returns when no run is under way any more.</summary>
    /// <param name="works">What recurs, by distinct names.</param>
    /// <param name="stopping">Begins no further run.</param>
    Task RunAsync(IReadOnlyCollection<IRecurringWork> works, CancellationToken stopping);
}
