namespace Kyy.Bridge.Deliveries;

/// <summary>The states of a delivery, as they stand in the database and on the wire.</summary>
internal static class DeliveryState
{
    public const string Pending = "pending", Delivered = "delivered", Dead = "dead", Cancelled = "cancelled";
}
