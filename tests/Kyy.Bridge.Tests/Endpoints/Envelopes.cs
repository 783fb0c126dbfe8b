using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Endpoints;

/// <summary>What a replica would send a webhook with.</summary>
internal static class Envelopes
{
    public static async Task<Envelope?> EnvelopeAsync(this BridgeApplication bridge, Guid endpoint) =>
        await bridge.Services.GetRequiredService<EndpointSecrets>().ForEndpointAsync(endpoint);
}
