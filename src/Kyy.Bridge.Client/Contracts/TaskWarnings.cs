namespace Kyy.Bridge.Client.Contracts;

/// <summary>The warnings of a task that this version knows; strings for the reason given at <see cref="TaskStatuses"/>.</summary>
public static class TaskWarnings
{
    /// <summary>There is neither a callback nor an endpoint: nobody will be called.</summary>
    public const string NoDestination = "no_destination";
}
