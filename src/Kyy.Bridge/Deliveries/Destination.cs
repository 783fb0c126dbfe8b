namespace Kyy.Bridge.Deliveries;

/// <summary>Where deliveries go, and what they are claimed and limited by: one host of one client.</summary>
internal sealed class Destination
{
    public required int Id { get; init; }
    public required Guid ClientId { get; init; }
    public required string Host { get; init; }
}
