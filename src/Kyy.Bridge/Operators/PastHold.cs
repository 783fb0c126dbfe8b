namespace Kyy.Bridge.Operators;

/// <summary>Polling that an operator held until a while ago: the row, of which only its last day matters.</summary>
internal sealed class PastHold
{
    public required Guid Id { get; init; }

    /// <summary>Null where it was every client's.</summary>
    public Guid? ClientId { get; init; }

    /// <summary>Null where it was every host.</summary>
    public string? Host { get; init; }
    public required DateTimeOffset EndedAt { get; init; }
}
