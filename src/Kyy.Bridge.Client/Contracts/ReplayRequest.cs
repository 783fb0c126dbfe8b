namespace Kyy.Bridge.Client.Contracts;

/// <summary>Sends events of the past to an endpoint again: the body of <c>POST /v1/endpoints/{id}/replay</c>.</summary>
/// <param name="Since">From which time on.</param>
/// <param name="Only">Which of them: one of <see cref="ReplayKinds"/>.</param>
/// <param name="Until">Up to which time; null for now.</param>
/// <param name="Events">The <see cref="EventTypes"/> that are sent; null for those that the endpoint listens for.</param>
public sealed record ReplayRequest(DateTimeOffset Since, string Only, DateTimeOffset? Until = null, IReadOnlyList<string>? Events = null);

/// <summary>What a replay sends; strings for the reason given at <see cref="TaskStatuses"/>.</summary>
public static class ReplayKinds
{
    /// <summary>Events whose delivery to the endpoint is dead.</summary>
    public const string Failed = "failed";

    /// <summary>Events that were never meant for it: made before it was, or while it was disabled.</summary>
    public const string Missing = "missing";

    /// <summary>All events.</summary>
    public const string All = "all";
}
