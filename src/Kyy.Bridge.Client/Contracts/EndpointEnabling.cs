namespace Kyy.Bridge.Client.Contracts;

/// <summary>Enables an endpoint: the body of <c>POST /v1/endpoints/{id}/enable</c>.</summary>
/// <param name="CatchUp">Whether it gets the events that it missed while it was disabled; null stands for true.</param>
public sealed record EndpointEnabling(bool? CatchUp = null);
