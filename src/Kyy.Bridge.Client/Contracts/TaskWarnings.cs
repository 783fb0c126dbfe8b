namespace Kyy.Bridge.Client.Contracts;

/// <summary>The warnings of a task that this version knows; strings for the reason given at <see cref="TaskStatuses"/>.</summary>
public static class TaskWarnings
{
    /// <summary>There is neither a callback nor an endpoint: nobody will be called.</summary>
    public const string NoDestination = "no_destination";

    /// <summary>
    /// The upstream may delete its record before the deadline: the task then ends as <see cref="TaskStatuses.Expired"/>. Mostly with
    /// the flex tier, whose duration is not documented.
    /// </summary>
    public const string RecordMayExpireFirst = "record_may_expire_first";
}
