namespace Kyy.Bridge.Client.Contracts;

/// <summary>The codes of errors that this version knows; strings for the reason given at <see cref="TaskStatuses"/>.</summary>
public static class TaskErrorCodes
{
    /// <summary>The upstream said that the task failed.</summary>
    public const string UpstreamFailed = "upstream_failed";

    /// <summary>The upstream said that the task was cancelled.</summary>
    public const string UpstreamCancelled = "upstream_cancelled";

    /// <summary>The upstream's record is past its life.</summary>
    public const string UpstreamExpired = "upstream_expired";

    /// <summary>The upstream does not know the id.</summary>
    public const string UpstreamNotFound = "upstream_not_found";

    /// <summary>The upstream refuses this task to the key.</summary>
    public const string UpstreamForbidden = "upstream_forbidden";

    /// <summary>The upstream said completed and gave no link.</summary>
    public const string NoUrl = "no_url";

    /// <summary>The deadline passed.</summary>
    public const string Deadline = "deadline";
}
