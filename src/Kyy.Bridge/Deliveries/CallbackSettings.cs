using System.Collections.Immutable;
using System.Net;
using Kyy.Bridge.Configuration;

namespace Kyy.Bridge.Deliveries;

/// <summary>Where webhooks may be sent: <c>Bridge:Callbacks</c>.</summary>
internal sealed record CallbackSettings
{
    private static readonly ImmutableArray<IPNetwork> Loopback = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    /// <summary>
    /// Whether a callback has to be https; true by default, false in Development. When false, events and their links to videos may
    /// travel readable by everybody on the way.
    /// </summary>
    public bool RequireHttps { get; init; } = true;

    /// <summary>
    /// Networks, in CIDR notation, that may be called although they are not part of the public internet; none by default, the loopback
    /// ones in Development. Every client can then reach what listens there: name single receivers rather than whole networks.
    /// </summary>
    public ImmutableArray<IPNetwork> AllowedNetworks { get; init; } = [];

    internal static CallbackSettings Read(ConfigurationReader reader, bool isDevelopment) => new()
    {
        RequireHttps = reader.Flag(nameof(RequireHttps), !isDevelopment),
        AllowedNetworks = reader.Networks(nameof(AllowedNetworks), isDevelopment ? Loopback : []),
    };
}
