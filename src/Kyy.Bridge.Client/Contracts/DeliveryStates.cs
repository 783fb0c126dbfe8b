namespace Kyy.Bridge.Client.Contracts;

/// <summary>The states of a delivery that this version knows; strings for the reason given at <see cref="TaskStatuses"/>.</summary>
public static class DeliveryStates
{
    /// <summary>Not yet accepted, and still being attempted.</summary>
    public const string Pending = "pending";

    /// <summary>Accepted with a 2xx.</summary>
    public const string Delivered = "delivered";

    /// <summary>Given up after the last attempt, or because the receiver is gone; it can be redelivered.</summary>
    public const string Dead = "dead";

    /// <summary>Stopped by someone.</summary>
    public const string Cancelled = "cancelled";
}
