using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Operators;

/// <summary>Something that an operator has told to wait: the row.</summary>
internal sealed class Hold
{
    public required Guid Id { get; init; }

    /// <summary><c>polling</c> or <c>deliveries</c>.</summary>
    public required string What { get; init; }

    /// <summary>Null for every client's.</summary>
    public Guid? ClientId { get; init; }

    /// <summary>A host, or <c>host:port</c>, as <see cref="HoldReader"/> writes it; null for every host.</summary>
    public string? Host { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether it covers deliveries to a destination's <c>host:port</c>: as the claims judge it in SQL.</summary>
    public bool CoversDestination(string host) =>
        What == HoldKinds.Deliveries && (Host is null || Host == host || Host == host[..Math.Max(0, host.LastIndexOf(':'))]);
}
