using Kyy.Bridge.Replica.Kills;

namespace Kyy.Bridge.Tests.Faults.Campaign.Planning;

/// <summary>Where replicas die: at a named point, at which they end themselves, or, for null, wherever they happen to be.</summary>
internal static class Deaths
{
    public static readonly IReadOnlyList<KillPoint?> All = [null, .. Enum.GetValues<KillPoint>()];

    public static string WordOf(KillPoint? point) => $"killed {(point is { } named ? KillPoints.NameOf(named) : "any instant")}";
}
