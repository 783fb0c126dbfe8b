namespace Kyy.Bridge.Replica.Kills;

/// <summary>The instants on the path of a task at which a death could do most harm.</summary>
internal enum KillPoint
{
    /// <summary>Tasks are claimed, and none was asked about.</summary>
    AfterClaim,

    /// <summary>The upstream has answered, and nothing of it is recorded.</summary>
    AfterGet,

    /// <summary>The batch that records ends is on its way to PostgreSQL. Surely inside: the tests hold it there.</summary>
    InRecordTransaction,

    /// <summary>Ends are recorded, and their deliveries, which are leased to this process, are not handed over.</summary>
    AfterCommit,

    /// <summary>A receiver has answered, and that is not settled.</summary>
    AfterPost,
}

/// <summary>Their names in the environment.</summary>
internal static class KillPoints
{
    private static readonly Dictionary<string, KillPoint> ByName = new()
    {
        ["after-claim"] = KillPoint.AfterClaim,
        ["after-get"] = KillPoint.AfterGet,
        ["in-record-transaction"] = KillPoint.InRecordTransaction,
        ["after-commit"] = KillPoint.AfterCommit,
        ["after-post"] = KillPoint.AfterPost,
    };

    public static IEnumerable<string> Names => ByName.Keys;

    public static KillPoint Parse(string name) =>
        ByName.TryGetValue(name, out var point) ? point : throw new FormatException($"'{name}' is none of {string.Join(", ", Names)}.");

    public static string NameOf(KillPoint point) => ByName.Single(named => named.Value == point).Key;
}
