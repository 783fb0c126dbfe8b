namespace Kyy.Bridge.Client.Contracts;

/// <summary>Makes a client: the body of <c>POST /v1/admin/clients</c>.</summary>
/// <param name="Name">The client's name, for people.</param>
/// <param name="MayUseOperatorKey">
/// Whether it may use the operator's upstream key, the default. Clients that share it can read each other's results if they know
/// the id: with several tenants say false.
/// </param>
public sealed record ClientRegistration(string Name, bool? MayUseOperatorKey = null);
