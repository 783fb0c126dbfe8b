namespace Kyy.Bridge.Keys;

/// <summary>An API consumer.</summary>
internal sealed class ApiClient
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required bool MayUseOperatorKey { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? DeletedAt { get; set; }
}
