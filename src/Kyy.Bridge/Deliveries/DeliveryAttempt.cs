namespace Kyy.Bridge.Deliveries;

/// <summary>One POST and what came of it: either a status code or an error class.</summary>
internal sealed class DeliveryAttempt
{
    public required Guid DeliveryId { get; init; }
    public required int Number { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public int DurationMs { get; init; }
    public int? StatusCode { get; init; }
    public string? Error { get; init; }
    public byte[]? ResponseBody { get; init; }
}
