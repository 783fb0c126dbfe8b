namespace Kyy.Bridge.Client.Contracts;

/// <summary>What an endpoint can be; strings for the reason given at <see cref="TaskStatuses"/>.</summary>
public static class EndpointStatuses
{
    /// <summary>It gets what it listens for.</summary>
    public const string Enabled = "enabled";

    /// <summary>No deliveries are made for it, and those that are pending wait.</summary>
    public const string Disabled = "disabled";
}

/// <summary>Why an endpoint is disabled; strings for the reason given at <see cref="TaskStatuses"/>.</summary>
public static class EndpointDisabledReasons
{
    /// <summary>Its client asked for it.</summary>
    public const string ByRequest = "by_request";

    /// <summary>Every attempt failed for five days.</summary>
    public const string Failing = "failing";

    /// <summary>The receiver answered 410.</summary>
    public const string Gone = "gone";
}
