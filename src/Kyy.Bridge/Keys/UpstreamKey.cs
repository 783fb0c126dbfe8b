namespace Kyy.Bridge.Keys;

/// <summary>The identity of a key that the upstream is asked with. Without a client it is the operator's, whose value stays in configuration.</summary>
internal sealed class UpstreamKey
{
    /// <summary>The operator's own key; the first migration makes its row.</summary>
    public static readonly Guid Operator = new("00000000-0000-7000-8000-000000000001");

    public required Guid Id { get; init; }
    public Guid? ClientId { get; init; }
    public required string Name { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}
