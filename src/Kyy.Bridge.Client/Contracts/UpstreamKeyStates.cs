namespace Kyy.Bridge.Client.Contracts;

/// <summary>How the upstream takes a key; strings for the reason given at <see cref="TaskStatuses"/>.</summary>
public static class UpstreamKeyStates
{
    /// <summary>Its tasks are asked about.</summary>
    public const string Active = "active";

    /// <summary>Left alone for a while: the upstream asked for fewer requests, or does not answer.</summary>
    public const string Throttled = "throttled";

    /// <summary>The upstream refuses it: its tasks and their deadlines wait until it is replaced or accepted again.</summary>
    public const string Rejected = "rejected";
}
