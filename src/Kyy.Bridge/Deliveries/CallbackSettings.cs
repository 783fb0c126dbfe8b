using System.Collections.Immutable;
using System.Net;
using Kyy.Bridge.Addresses;
using Kyy.Bridge.Configuration;

namespace Kyy.Bridge.Deliveries;

/// <summary>Where webhooks may be sent: <c>Bridge:Callbacks</c>.</summary>
internal sealed record CallbackSettings
{
    private static readonly ImmutableArray<IPNetwork> Loopback = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    // What nobody receives webhooks on and much listens on inside: mail, names, files, directories, remote shells, databases, queues, and
    // the interfaces of containers and clusters. A POST of a client's choosing is a command to some of them. No ephemeral port is
    // among them.
    private static readonly ImmutableArray<PortRange> InternalServices =
    [
        new(19, 23), new(25, 25), new(53, 53), new(69, 69), new(110, 111), new(135, 135), new(137, 139), new(143, 143), new(161, 162),
        new(389, 389), new(445, 445), new(465, 465), new(512, 514), new(587, 587), new(636, 636), new(873, 873), new(993, 993), new(995, 995),
        new(1433, 1433), new(1521, 1521), new(2049, 2049), new(2375, 2376), new(2379, 2380), new(3306, 3306), new(3389, 3389),
        new(5432, 5432), new(5672, 5672), new(5984, 5986), new(6379, 6379), new(6443, 6443), new(8086, 8086), new(8500, 8500),
        new(9042, 9042), new(9092, 9092), new(9200, 9200), new(9300, 9300), new(10250, 10250), new(10255, 10255), new(11211, 11211),
        new(15672, 15672), new(27017, 27019),
    ];

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

    /// <summary>
    /// Ports that are not called, whatever the address; those of well-known internal services by default. It is a second wall, for
    /// what stands in an allowed network and for public hosts that would be attacked from here.
    /// </summary>
    public ImmutableArray<PortRange> BlockedPorts { get; init; } = InternalServices;

    /// <summary>
    /// An egress proxy; null goes straight out, whatever the environment's proxy variables say. It is asked by <c>CONNECT</c> for an
    /// address that was resolved and vetted here, never for a name: this process has to be able to resolve names itself.
    /// </summary>
    public Uri? Proxy { get; init; }

    internal static CallbackSettings Read(ConfigurationReader reader, bool isDevelopment) => new()
    {
        RequireHttps = reader.Flag(nameof(RequireHttps), !isDevelopment),
        AllowedNetworks = reader.Networks(nameof(AllowedNetworks), isDevelopment ? Loopback : []),
        BlockedPorts = reader.Ports(nameof(BlockedPorts), InternalServices),
        Proxy = reader.Url(nameof(Proxy), null),
    };
}
