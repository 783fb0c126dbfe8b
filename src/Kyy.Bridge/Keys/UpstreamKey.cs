namespace Kyy.Bridge.Keys;

/// <summary>
/// The identity of a key that the upstream is asked with. Without a client it is the operator's, whose value stays in configuration; a
/// client's without <see cref="Ciphertext"/> was removed, and stays for the sake of the tasks that were registered by it.
/// </summary>
internal sealed class UpstreamKey
{
    /// <summary>The operator's own key; the first migration makes its row.</summary>
    public static readonly Guid Operator = new("00000000-0000-7000-8000-000000000001");

    public required Guid Id { get; init; }
    public Guid? ClientId { get; init; }
    public required string Name { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>What it shares with the keys of the same value and base URL; null before a worker has used it.</summary>
    public int? BudgetId { get; init; }

    /// <summary>The only base URL that sees it; null for the operator's.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>The value, encrypted for its client, row and base URL.</summary>
    public byte[]? Ciphertext { get; init; }

    /// <summary>The value's last four characters; null for a short one.</summary>
    public string? LastFour { get; init; }

    /// <summary>Over all replicas; null for the operator's limit.</summary>
    public int? MaxRequestsPerSecond { get; init; }

    /// <summary>When its value was given last.</summary>
    public DateTimeOffset? SetAt { get; init; }
}
