namespace Kyy.Bridge.Client.Contracts;

/// <summary>What is to wait, or to go on. A release ends the hold with exactly these members.</summary>
/// <param name="What">One of <see cref="HoldKinds"/>.</param>
/// <param name="Client">The client whose work waits, <c>cli_…</c>; null for everybody's.</param>
/// <param name="Host">
/// A host with its port or without: that of receivers, or that of the upstream keys' base URLs; null for every host.
/// </param>
public sealed record HoldRequest(string What, string? Client = null, string? Host = null);

/// <summary>What can be held.</summary>
public static class HoldKinds
{
    /// <summary>Nothing is asked of the upstream; deadlines wait.</summary>
    public const string Polling = "polling";

    /// <summary>No webhook is sent.</summary>
    public const string Deliveries = "deliveries";

    /// <summary>Both of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Polling, Deliveries];
}

/// <summary>A hold that is in force.</summary>
/// <param name="What">One of <see cref="HoldKinds"/>.</param>
/// <param name="Client">The client, <c>cli_…</c>; null for everybody.</param>
/// <param name="Host">The host, in lower case, with its port where the request had one; null for every host.</param>
/// <param name="CreatedAt">Since when.</param>
public sealed record HoldView(string What, string? Client, string? Host, DateTimeOffset CreatedAt);

/// <summary>All that is held.</summary>
/// <param name="Holds">The holds that are in force, the oldest first.</param>
public sealed record HoldsInForce(IReadOnlyList<HoldView> Holds);
