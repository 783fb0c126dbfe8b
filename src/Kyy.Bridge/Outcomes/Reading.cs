namespace Kyy.Bridge.Outcomes;

/// <summary>What one poll found out about a task that has not ended, before it is recorded.</summary>
internal sealed record Reading
{
    public required Guid Task { get; init; }

    /// <summary>How far the task has come; what says less than an earlier answer undoes nothing.</summary>
    public required string Status { get; init; }

    /// <summary>Null while the upstream has named no model and the caller no family.</summary>
    public string? Family { get; init; }
    public string? Model { get; init; }
    public DateTimeOffset? UpstreamCreatedAt { get; init; }
    public int NotFound { get; init; }
    public int UrlMissing { get; init; }
    public int ConsecutiveFailures { get; init; }

    /// <summary>What was wrong with the answer; null where nothing was.</summary>
    public TaskTrouble? Trouble { get; init; }

    /// <summary>The lane that the task belongs to from now on, where the model's name has moved it.</summary>
    public LaneMove? MovesTo { get; init; }

    /// <summary>The transition that somebody asked to be told of; null where nobody did or nothing changed.</summary>
    public string? EventType { get; init; }

    /// <summary>When the answer was read, by the database's clock.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>The same reading without anything that came from outside, for a row that PostgreSQL refused.</summary>
    public Reading WithoutTexts() => this with { Model = null, Trouble = Trouble is null ? null : Trouble with { Detail = null } };
}

/// <summary>Another lane for a task.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Client">Whose task it is.</param>
/// <param name="Shortest">The shortest interval there: the poll that is already planned is put off to it, if the old lane's was shorter.</param>
internal sealed record LaneMove(int Lane, Guid Client, TimeSpan Shortest);

/// <summary>Why an answer told nothing of its task.</summary>
/// <param name="Kind">A word for it, as it stands in <c>last_failure.kind</c>.</param>
/// <param name="StatusCode">The HTTP status, where that is what was wrong.</param>
/// <param name="Detail">The upstream's own word where it was not understood; cleaned and capped.</param>
internal sealed record TaskTrouble(string Kind, int? StatusCode = null, string? Detail = null);
