namespace Kyy.Bridge.Client.Contracts;

/// <summary>The kinds of <see cref="AttentionItem"/> that this version knows; strings for the reason given at <see cref="TaskStatuses"/>.</summary>
public static class AttentionKinds
{
    /// <summary>The upstream refuses a key: its tasks and their deadlines wait.</summary>
    public const string UpstreamKeyRejected = "upstream_key_rejected";

    /// <summary>A key is left alone for a while: too many requests, or the upstream does not answer.</summary>
    public const string UpstreamKeyThrottled = "upstream_key_throttled";

    /// <summary>An endpoint is disabled: it gets nothing.</summary>
    public const string EndpointDisabled = "endpoint_disabled";

    /// <summary>The last attempts to an endpoint failed.</summary>
    public const string EndpointFailing = "endpoint_failing";

    /// <summary>Deliveries were given up.</summary>
    public const string DeadDeliveries = "dead_deliveries";

    /// <summary>Tasks have been due for longer than their window's maximum.</summary>
    public const string PollsOverdue = "polls_overdue";

    /// <summary>A link dies within two hours, and its event has not arrived everywhere.</summary>
    public const string LinkExpiring = "link_expiring";

    /// <summary>An operator holds polling or deliveries.</summary>
    public const string Held = "held";
}
