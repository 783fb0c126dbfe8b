namespace Kyy.Bridge.Client.Contracts;

/// <summary>What somebody should look at: the answer to <c>GET /v1/attention</c>. Empty where all is well.</summary>
/// <param name="Items">The errors first, and of each kind the oldest or the largest; the list is no complete one where much is wrong.</param>
public sealed record Attention(IReadOnlyList<AttentionItem> Items);
