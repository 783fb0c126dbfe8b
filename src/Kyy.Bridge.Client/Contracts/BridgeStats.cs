namespace Kyy.Bridge.Client.Contracts;

/// <summary>How the whole service is doing, for admins.</summary>
/// <param name="At">When this was so, by the database's clock.</param>
/// <param name="Tasks">The tasks of all clients.</param>
/// <param name="Deliveries">The deliveries of all clients.</param>
/// <param name="Replicas">The workers that are alive, the oldest first.</param>
/// <param name="Budgets">What the upstream's keys may ask for, those that are not active first.</param>
/// <param name="Estimates">How long videos take, family by family: documented, configured and learned, and which of them is in use.</param>
public sealed record BridgeStats(
    DateTimeOffset At,
    TaskStats Tasks,
    DeliveryStats Deliveries,
    IReadOnlyList<ReplicaStats> Replicas,
    IReadOnlyList<BudgetStats> Budgets,
    IReadOnlyList<EstimateStats> Estimates)
{
    /// <summary>What operators have told to wait, the oldest first; none from a service that knows no holds.</summary>
    // The generated reader sets what it has not found to null, whatever the initialiser says.
    public IReadOnlyList<HoldView> Holds { get => field ?? []; init; }
}

/// <summary>How many tasks there are.</summary>
/// <param name="Exact">
/// False where the table is so large that all of these numbers are estimates, from a sample of its pages: good to a few in a hundred for
/// what is frequent, and not at all for what is rare.
/// </param>
/// <param name="InFlight">Those that have not ended.</param>
/// <param name="Due">Those of them that are to be asked about now, and are not held.</param>
/// <param name="Overdue">Those of them that have been due for more than a minute.</param>
/// <param name="ByStatus">All of them by status and family.</param>
public sealed record TaskStats(bool Exact, long InFlight, long Due, long Overdue, IReadOnlyList<TaskCount> ByStatus);

/// <summary>How many tasks of a family have a status.</summary>
/// <param name="Status">One of <see cref="TaskStatuses"/>.</param>
/// <param name="Ended">Whether that is an end.</param>
/// <param name="Family">One of <see cref="Families"/>; null while the upstream has named no model.</param>
/// <param name="Count">How many.</param>
public sealed record TaskCount(string Status, bool Ended, string? Family, long Count);

/// <summary>How many deliveries wait or were given up.</summary>
/// <param name="Exact">Whether the numbers are exact, as in <see cref="TaskStats"/>.</param>
/// <param name="Pending">Not yet accepted, and still being attempted.</param>
/// <param name="Dead">Given up.</param>
public sealed record DeliveryStats(bool Exact, long Pending, long Dead);

/// <summary>A worker that is alive.</summary>
/// <param name="StartedAt">Since when.</param>
/// <param name="SeenAt">When it said so last.</param>
public sealed record ReplicaStats(DateTimeOffset StartedAt, DateTimeOffset SeenAt);
