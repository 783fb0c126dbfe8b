using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Keys.UpstreamKeys;

/// <summary>A key that the upstream can be asked with.</summary>
/// <param name="Id">Its row.</param>
/// <param name="ClientId">Whose it is; null for the operator's.</param>
/// <param name="Name">Its name; two clients may have keys of one name.</param>
/// <param name="Target">Its value, and the only base URL that may see it.</param>
/// <param name="BudgetId">What it shares with the keys of the same value and base URL.</param>
/// <param name="MaxRequestsPerSecond">The client's own limit, over all replicas; null for the operator's.</param>
internal sealed record KnownUpstreamKey(
    Guid Id, Guid? ClientId, string Name, UpstreamTarget Target, int BudgetId, int? MaxRequestsPerSecond);
