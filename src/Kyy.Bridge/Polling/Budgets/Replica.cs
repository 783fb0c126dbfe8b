namespace Kyy.Bridge.Polling.Budgets;

/// <summary>A worker process, as long as it says now and then that it is alive.</summary>
internal sealed class Replica
{
    public required Guid Id { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset SeenAt { get; init; }
}
