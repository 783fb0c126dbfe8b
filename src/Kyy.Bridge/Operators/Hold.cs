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
}
