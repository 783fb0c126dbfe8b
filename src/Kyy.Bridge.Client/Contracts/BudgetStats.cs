namespace Kyy.Bridge.Client.Contracts;

/// <summary>What all upstream keys of one value and base URL share.</summary>
/// <param name="Id">Its number.</param>
/// <param name="State"><c>active</c>, <c>throttled</c> or <c>rejected</c>.</param>
/// <param name="Since">Since when.</param>
/// <param name="Reason">Why; null while it is active.</param>
/// <param name="StatusCode">The HTTP status that led to it; null where it was none.</param>
/// <param name="PausedUntil">No call before; null while it is active.</param>
/// <param name="Pace">What the last 429 left of the rate, 1 being all of it, at <paramref name="PaceAt"/>; it grows back with time.</param>
/// <param name="PaceAt">When the pace was that.</param>
/// <param name="Keys">The upstream keys that share it.</param>
public sealed record BudgetStats(
    int Id,
    string State,
    DateTimeOffset Since,
    string? Reason,
    int? StatusCode,
    DateTimeOffset? PausedUntil,
    double Pace,
    DateTimeOffset PaceAt,
    IReadOnlyList<BudgetKey> Keys);

/// <summary>An upstream key by its names.</summary>
/// <param name="ClientId">Whose it is, <c>cli_…</c>; null for the operator's.</param>
/// <param name="Client">That client's name; null for the operator's.</param>
/// <param name="Name">The key's name with its owner.</param>
public sealed record BudgetKey(string? ClientId, string? Client, string Name);
