namespace Kyy.Bridge.Tests.Faults.Campaign.Planning;

/// <summary>Something that goes wrong besides the deaths of replicas.</summary>
/// <param name="At">Since the campaign's begin.</param>
/// <param name="For">How long it lasts.</param>
internal abstract record PlannedFault(TimeSpan At, TimeSpan For)
{
    public TimeSpan Until => At + For;

    /// <summary>Whether it takes the database from the replicas; two of those are never on at once.</summary>
    public bool IsOfDatabase => this is DatabaseKilled or DatabaseUnreachable or ConnectionsCut or ConnectionsExhausted;

    /// <summary>kill -9 of PostgreSQL, and a start after a while.</summary>
    internal sealed record DatabaseKilled(TimeSpan At, TimeSpan For) : PlannedFault(At, For);

    /// <summary>PostgreSQL takes what comes and answers nothing.</summary>
    internal sealed record DatabaseUnreachable(TimeSpan At, TimeSpan For) : PlannedFault(At, For);

    /// <summary>Every connection to PostgreSQL ends in the middle of what it was at.</summary>
    internal sealed record ConnectionsCut(TimeSpan At) : PlannedFault(At, TimeSpan.Zero);

    /// <summary>Others have taken all of PostgreSQL's connections, those of the replicas included.</summary>
    internal sealed record ConnectionsExhausted(TimeSpan At, TimeSpan For) : PlannedFault(At, For);

    /// <summary>A replica is stopped, and goes on when its leases are over.</summary>
    internal sealed record ReplicaFrozen(TimeSpan At, TimeSpan For, int Replica) : PlannedFault(At, For);

    /// <summary>One replica after another is asked to end, and started anew.</summary>
    internal sealed record RollingRestart(TimeSpan At) : PlannedFault(At, TimeSpan.Zero);

    /// <summary>The key ring gets a new key, and all that is encrypted is encrypted anew.</summary>
    internal sealed record KeysRotated(TimeSpan At) : PlannedFault(At, TimeSpan.Zero);

    /// <summary>The upstream misbehaves in one way towards a share of the polls.</summary>
    internal sealed record UpstreamOdd(TimeSpan At, TimeSpan For, int Kind, double Share) : PlannedFault(At, For);

    /// <summary>The upstream answers nobody.</summary>
    internal sealed record UpstreamDown(TimeSpan At, TimeSpan For) : PlannedFault(At, For);
}
