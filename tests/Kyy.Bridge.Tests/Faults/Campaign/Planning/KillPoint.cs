namespace Kyy.Bridge.Tests.Faults.Campaign.Planning;

/// <summary>Where a replica dies.</summary>
internal enum KillPoint
{
    /// <summary>Wherever it happens to be.</summary>
    AnyInstant,

    /// <summary>The claim of due tasks is committed, nothing was asked.</summary>
    AfterClaim,

    /// <summary>The upstream has answered, nothing was recorded.</summary>
    AfterGet,

    /// <summary>The batch of ends was sent, and not committed.</summary>
    InRecordTransaction,

    /// <summary>Ends are committed, and their deliveries not handed over.</summary>
    AfterCommit,

    /// <summary>The receiver has answered, nothing was settled.</summary>
    AfterPost,
}

internal static class KillPoints
{
    public static readonly IReadOnlyList<KillPoint> All = Enum.GetValues<KillPoint>();

    /// <summary>Those at which a replica ends itself.</summary>
    public static readonly IReadOnlyList<KillPoint> Named = [.. All.Where(point => point != KillPoint.AnyInstant)];

    /// <summary>As the replica's environment has it.</summary>
    public static string Word(this KillPoint point) => point switch
    {
        KillPoint.AnyInstant => "any instant",
        KillPoint.AfterClaim => "after-claim",
        KillPoint.AfterGet => "after-get",
        KillPoint.InRecordTransaction => "in-record-transaction",
        KillPoint.AfterCommit => "after-commit",
        KillPoint.AfterPost => "after-post",
        _ => throw new ArgumentOutOfRangeException(nameof(point), point, null),
    };
}
