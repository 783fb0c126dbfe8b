namespace Kyy.Bridge.Deliveries;

/// <summary>Whom a POST is for, as the shares count it.</summary>
/// <param name="Destination">The destination: an endpoint, or a client's host for its bare callbacks.</param>
/// <param name="Client">Whose deliveries.</param>
/// <param name="Host">The receiving host. Several endpoints and the bare callbacks of one client draw on one share there.</param>
internal readonly record struct Recipient(int Destination, Guid Client, string Host);
