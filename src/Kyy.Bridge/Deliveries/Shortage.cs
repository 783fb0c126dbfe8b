namespace Kyy.Bridge.Deliveries;

/// <summary>A destination with something due that found too little room.</summary>
/// <param name="To">For whom.</param>
/// <param name="Most">How many the destination may have in flight.</param>
/// <param name="Had">The places that there were: none, or none for retries while only those are due.</param>
internal readonly record struct Shortage(Recipient To, int Most, Places Had);
