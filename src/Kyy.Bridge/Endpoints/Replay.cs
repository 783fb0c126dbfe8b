namespace Kyy.Bridge.Endpoints;

/// <summary>Sending again what was not delivered, or all of it, as work that is done in steps and survives restarts: the row.</summary>
internal sealed class Replay
{
    public const string Missing = "missing", Failed = "failed", All = "all", Redeliver = "redeliver";
    public const string Pending = "pending", Running = "running", Completed = "completed", Cancelled = "cancelled";

    public required Guid Id { get; init; }
    public required Guid ClientId { get; init; }
    public Guid? EndpointId { get; init; }

    /// <summary><c>failed</c>, <c>missing</c>, <c>all</c> of an endpoint's events; <c>redeliver</c> for deliveries in a state.</summary>
    public required string Kind { get; init; }
    public string? StateFilter { get; init; }
    public DateTimeOffset Since { get; init; }
    public DateTimeOffset Until { get; init; }
    public string[]? Events { get; init; }
    public Guid? TaskId { get; init; }

    /// <summary><c>pending</c>, <c>running</c>, <c>completed</c> or <c>cancelled</c>.</summary>
    public required string Status { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How far it has come.</summary>
    public DateTimeOffset? PositionAt { get; init; }
    public Guid? PositionId { get; init; }

    /// <summary>Whether it goes once more over what transactions wrote that were under way at its first step.</summary>
    public bool SecondPass { get; init; }

    /// <summary>The first of those transactions; in the second pass, how far it has come.</summary>
    public ulong? PositionXid { get; init; }

    /// <summary>How many events or deliveries it has looked at.</summary>
    public long Examined { get; init; }

    /// <summary>How many of them are sent because of it.</summary>
    public long Queued { get; init; }
    public DateTimeOffset? NextStepAt { get; init; }
}
