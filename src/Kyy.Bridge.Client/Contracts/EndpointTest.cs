namespace Kyy.Bridge.Client.Contracts;

/// <summary>Tests an endpoint: the body of <c>POST /v1/endpoints/{id}/test</c>.</summary>
/// <param name="Type">One of <see cref="EventTypes"/>; null stands for <see cref="EventTypes.EndpointPing"/>.</param>
public sealed record EndpointTest(string? Type = null);
