namespace Kyy.Bridge.Tests.Faults.Campaign.Judging;

/// <summary>Something that was done, or that happened, to the replicas or around them.</summary>
/// <param name="Kind">What.</param>
/// <param name="From">When it began.</param>
/// <param name="Until">When it was over.</param>
/// <param name="Replica">To which; null for all of them.</param>
/// <param name="Words">For people.</param>
internal sealed record Occurrence(OccurrenceKind Kind, DateTimeOffset From, DateTimeOffset Until, int? Replica, string Words)
{
    public bool Meets(DateTimeOffset from, DateTimeOffset until) => From <= until && Until >= from;
}

internal enum OccurrenceKind
{
    /// <summary>A replica was killed, or killed itself at a named point; until it was ready again.</summary>
    Died,

    /// <summary>A replica was asked to end; until it was ready again.</summary>
    Restarted,

    /// <summary>A replica was stopped; until it went on.</summary>
    Frozen,

    /// <summary>The database was out of reach of all replicas.</summary>
    DatabaseAway,

    /// <summary>The upstream misbehaved.</summary>
    UpstreamOdd,

    /// <summary>The upstream answered nobody.</summary>
    UpstreamDown,

    /// <summary>A replica's clock was wrong for so long.</summary>
    WrongClock,

    /// <summary>Neither harm nor excuse: told for the story's sake.</summary>
    Told,
}
