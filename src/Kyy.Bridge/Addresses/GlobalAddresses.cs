using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Kyy.Bridge.Addresses;

/// <summary>The addresses of the public network: global unicast ones, less the special-purpose registries of IANA.</summary>
internal static class GlobalAddresses
{
    // The network policy of deploy/kubernetes has the same networks; a test compares them.

    /// <summary>
    /// IANA's registry of special-purpose IPv4 addresses (RFC 6890, as of October 2025), with those in it that are globally reachable
    /// (the anycast ones of 192.0.0.0/24, AMT, AS112): none of them is anybody's receiver. And multicast, which has a registry of its own.
    /// </summary>
    internal static readonly ImmutableArray<IPNetwork> SpecialV4 =
    [
        Net("0.0.0.0/8"), Net("10.0.0.0/8"), Net("100.64.0.0/10"), Net("127.0.0.0/8"), Net("169.254.0.0/16"), Net("172.16.0.0/12"),
        Net("192.0.0.0/24"), Net("192.0.2.0/24"), Net("192.31.196.0/24"), Net("192.52.193.0/24"), Net("192.88.99.0/24"),
        Net("192.168.0.0/16"), Net("192.175.48.0/24"), Net("198.18.0.0/15"), Net("198.51.100.0/24"), Net("203.0.113.0/24"),
        Net("224.0.0.0/4"), Net("240.0.0.0/4"),
    ];

    /// <summary>Everything outside is no global unicast.</summary>
    internal static readonly IPNetwork GlobalV6 = Net("2000::/3");

    /// <summary>
    /// The special-purpose ones inside <see cref="GlobalV6"/>, by the same registry for IPv6. <c>2001::/23</c> has all of the protocols'
    /// assignments in it: Teredo, benchmarking, AMT, AS112, ORCHID and DRIP.
    /// </summary>
    internal static readonly ImmutableArray<IPNetwork> SpecialV6 =
        [Net("2001::/23"), Net("2001:db8::/32"), Net("2002::/16"), Net("2620:4f:8000::/48"), Net("3fff::/20")];

    // NAT64 carries an IPv4 address in its last four bytes.
    private static readonly IPNetwork Nat64 = Net("64:ff9b::/96");

    /// <summary>Whether what is reached by the address is public, and all that it leads on to.</summary>
    public static bool Contains(IPAddress address) =>
        IsGlobalUnicast(Reached(address)) && EmbeddedAddresses.Of(address).All(IsGlobalUnicast);

    /// <summary>Whether an address itself is one of the tables' public ones, whatever is inside it.</summary>
    public static bool IsGlobalUnicast(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? !SpecialV4.Any(network => network.Contains(address))
        : GlobalV6.Contains(address) && !SpecialV6.Any(network => network.Contains(address));

    /// <summary>The address that is reached in the end: the IPv4 one behind a mapped or translated form.</summary>
    public static IPAddress Reached(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 && Nat64.Contains(address)
            ? new IPAddress(address.GetAddressBytes()[^4..])
            : address;
    }

    private static IPNetwork Net(string network) => IPNetwork.Parse(network);
}
