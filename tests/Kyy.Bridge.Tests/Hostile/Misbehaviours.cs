using System.Collections.Immutable;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>All that the contract lists, E1 to E40, with its variants.</summary>
internal static class Misbehaviours
{
    public static readonly ImmutableArray<Misbehaviour> All =
    [
        .. RefusedRequests.All, .. OddContents.All, .. OddAnswers.All, .. OddConnections.All, .. OddTimes.All,
    ];
}
