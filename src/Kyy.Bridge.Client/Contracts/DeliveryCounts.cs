namespace Kyy.Bridge.Client.Contracts;

/// <summary>How many deliveries of a task are in each state.</summary>
/// <param name="Pending">Not yet accepted, and still being attempted.</param>
/// <param name="Delivered">Accepted with a 2xx.</param>
/// <param name="Dead">Given up after the last attempt; they can be redelivered.</param>
/// <param name="Cancelled">Stopped by someone.</param>
public sealed record DeliveryCounts(int Pending, int Delivered, int Dead, int Cancelled);
