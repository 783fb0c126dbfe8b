using System.Globalization;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Client;

/// <summary>Which tasks to list; what is null does not narrow the list.</summary>
public sealed record TaskQuery
{
    /// <summary>Tasks with this upstream id.</summary>
    public string? TaskId { get; init; }

    /// <summary>Tasks registered with this id of the caller's own.</summary>
    public string? Reference { get; init; }

    /// <summary>Tasks in one of <see cref="TaskStatuses"/>.</summary>
    public string? Status { get; init; }

    /// <summary>Tasks of one of <see cref="Families"/>.</summary>
    public string? Family { get; init; }

    /// <summary>Tasks that have ended, or those that have not.</summary>
    public bool? Ended { get; init; }

    /// <summary>Tasks registered after this time.</summary>
    public DateTimeOffset? RegisteredAfter { get; init; }

    /// <summary>Tasks registered before this time.</summary>
    public DateTimeOffset? RegisteredBefore { get; init; }

    /// <summary>How many tasks are fetched by one request: 1 to 500; null takes the service's 50.</summary>
    public int? PageSize { get; init; }

    internal string Address => Addresses.WithQuery(
        Addresses.Tasks,
        ("task_id", TaskId),
        ("reference", Reference),
        ("status", Status),
        ("family", Family),
        ("ended", Ended is { } ended ? (ended ? "true" : "false") : null),
        ("registered_after", RegisteredAfter is { } after ? UtcTime.Format(after) : null),
        ("registered_before", RegisteredBefore is { } before ? UtcTime.Format(before) : null),
        ("limit", PageSize?.ToString(CultureInfo.InvariantCulture)));
}
