namespace Kyy.Bridge.Tasks;

/// <summary>A client that registers tasks, and the upstream keys that it can name.</summary>
/// <param name="Id">The client.</param>
/// <param name="MayUseOperatorKey">Whether <c>default</c> is the operator's key as long as the client has none of that name.</param>
/// <param name="Keys">The client's own keys by name.</param>
internal sealed record Registrant(Guid Id, bool MayUseOperatorKey, IReadOnlyDictionary<string, Guid> Keys);
