namespace Kyy.Bridge.Tests.Addresses;

/// <summary>
/// Addresses with what the guard says of them and why: the names of IANA's registries of special-purpose addresses, with the first, the last
/// and the neighbours of each block.
/// </summary>
internal static class AddressTable
{
    public static IEnumerable<(string Address, bool IsAllowed, string Name)> All => [.. V4, .. V6, .. Carrying];

    private static readonly (string, bool, string)[] V4 =
    [
        ("0.0.0.0", false, "\"This network\""), ("0.1.2.3", false, "\"This network\""), ("0.255.255.255", false, "\"This network\""),
        ("1.0.0.0", true, "its neighbour"), ("1.1.1.1", true, "a public resolver"), ("8.8.8.8", true, "another"),
        ("9.255.255.255", true, "a neighbour"), ("10.0.0.0", false, "Private-Use"), ("10.0.0.1", false, "Private-Use"),
        ("10.255.255.255", false, "Private-Use"), ("11.0.0.0", true, "its neighbour"),
        ("100.63.255.255", true, "a neighbour"), ("100.64.0.0", false, "Shared Address Space"), ("100.100.100.200", false, "a cloud's metadata"),
        ("100.127.255.255", false, "Shared Address Space"), ("100.128.0.0", true, "its neighbour"),
        ("126.255.255.255", true, "a neighbour"), ("127.0.0.1", false, "Loopback"), ("127.0.0.53", false, "a local resolver"),
        ("127.255.255.255", false, "Loopback"), ("128.0.0.0", true, "its neighbour"),
        ("169.253.255.255", true, "a neighbour"), ("169.254.0.0", false, "Link Local"), ("169.254.169.254", false, "the clouds' metadata"),
        ("169.254.170.2", false, "credentials of containers"), ("169.254.255.255", false, "Link Local"), ("169.255.0.0", true, "its neighbour"),
        ("172.15.255.255", true, "a neighbour"), ("172.16.0.0", false, "Private-Use"), ("172.17.0.1", false, "Docker's bridge"),
        ("172.31.255.255", false, "Private-Use"), ("172.32.0.0", true, "its neighbour"),
        ("191.255.255.255", true, "a neighbour"), ("192.0.0.0", false, "IETF Protocol Assignments"),
        ("192.0.0.7", false, "IPv4 Service Continuity Prefix"), ("192.0.0.8", false, "IPv4 dummy address"),
        ("192.0.0.9", false, "Port Control Protocol Anycast"), ("192.0.0.10", false, "TURN Anycast"),
        ("192.0.0.170", false, "NAT64/DNS64 Discovery"), ("192.0.0.171", false, "NAT64/DNS64 Discovery"), ("192.0.0.192", false, "a cloud's metadata"),
        ("192.0.0.255", false, "IETF Protocol Assignments"), ("192.0.1.0", true, "its neighbour"),
        ("192.0.2.0", false, "Documentation (TEST-NET-1)"), ("192.0.2.255", false, "Documentation (TEST-NET-1)"), ("192.0.3.0", true, "its neighbour"),
        ("192.31.195.255", true, "a neighbour"), ("192.31.196.1", false, "AS112-v4"), ("192.31.197.0", true, "its neighbour"),
        ("192.52.192.255", true, "a neighbour"), ("192.52.193.1", false, "AMT"), ("192.52.194.0", true, "its neighbour"),
        ("192.88.98.255", true, "a neighbour"), ("192.88.99.1", false, "Deprecated (6to4 Relay Anycast)"),
        ("192.88.99.2", false, "6a44-relay anycast address"), ("192.88.100.0", true, "its neighbour"),
        ("192.167.255.255", true, "a neighbour"), ("192.168.0.0", false, "Private-Use"), ("192.168.255.255", false, "Private-Use"),
        ("192.169.0.0", true, "its neighbour"), ("192.175.47.255", true, "a neighbour"),
        ("192.175.48.1", false, "Direct Delegation AS112 Service"), ("192.175.49.0", true, "its neighbour"),
        ("198.17.255.255", true, "a neighbour"), ("198.18.0.0", false, "Benchmarking"), ("198.19.255.255", false, "Benchmarking"),
        ("198.20.0.0", true, "its neighbour"), ("198.51.99.255", true, "a neighbour"), ("198.51.100.1", false, "Documentation (TEST-NET-2)"),
        ("198.51.101.0", true, "its neighbour"), ("203.0.112.255", true, "a neighbour"), ("203.0.113.1", false, "Documentation (TEST-NET-3)"),
        ("203.0.114.0", true, "its neighbour"), ("223.255.255.255", true, "a neighbour"), ("224.0.0.1", false, "Multicast"),
        ("239.255.255.255", false, "Multicast"), ("240.0.0.1", false, "Reserved"), ("255.255.255.255", false, "Limited Broadcast"),
    ];

    private static readonly (string, bool, string)[] V6 =
    [
        ("::", false, "Unspecified Address"), ("::1", false, "Loopback Address"), ("::2", false, "not assigned"),
        ("64:ff9a::1", false, "not assigned"), ("64:ff9b:1::", false, "IPv4-IPv6 Translat. within a network"),
        ("64:ff9b:1:ffff:ffff:ffff:ffff:ffff", false, "IPv4-IPv6 Translat. within a network"), ("64:ff9b:2::1", false, "not assigned"),
        ("100::", false, "Discard-Only Address Block"), ("100::ffff:ffff:ffff:ffff", false, "Discard-Only Address Block"),
        ("100:0:0:1::1", false, "Dummy IPv6 Prefix"), ("1fff:ffff::1", false, "not assigned"), ("2000::1", true, "global unicast begins"),
        ("2001::1", false, "TEREDO"), ("2001:1::1", false, "Port Control Protocol Anycast"), ("2001:1::2", false, "TURN Anycast"),
        ("2001:1::3", false, "DNS-SD Service Registration Protocol Anycast"), ("2001:2::1", false, "Benchmarking"), ("2001:3::1", false, "AMT"),
        ("2001:4:112::1", false, "AS112-v6"), ("2001:10::1", false, "Deprecated (previously ORCHID)"), ("2001:20::1", false, "ORCHIDv2"),
        ("2001:30::1", false, "Drone Remote ID Protocol Entity Tags"), ("2001:1ff:ffff::1", false, "IETF Protocol Assignments"),
        ("2001:200::1", true, "its neighbour"), ("2001:4860:4860::8888", true, "a public resolver"),
        ("2001:db7:ffff::1", true, "a neighbour"), ("2001:db8::1", false, "Documentation"), ("2001:db8:ffff:ffff::1", false, "Documentation"),
        ("2001:db9::1", true, "its neighbour"), ("2002::1", false, "6to4"), ("2003::1", true, "its neighbour"),
        ("2606:4700::1111", true, "a public resolver"), ("2620:4f:7fff::1", true, "a neighbour"),
        ("2620:4f:8000::1", false, "Direct Delegation AS112 Service"), ("2620:4f:8001::1", true, "its neighbour"),
        ("2a00:1450:4001:81b::200e", true, "a public host"), ("3ffe:ffff::1", true, "a neighbour"), ("3fff::1", false, "Documentation"),
        ("3fff:fff:ffff::1", false, "Documentation"), ("3fff:1000::1", true, "its neighbour"), ("4000::1", false, "not assigned"),
        ("5f00::1", false, "Segment Routing (SRv6) SIDs"), ("8000::1", false, "not assigned"), ("fbff::1", false, "not assigned"),
        ("fc00::1", false, "Unique-Local"), ("fd00:ec2::254", false, "a cloud's metadata"), ("fdff:ffff::1", false, "Unique-Local"),
        ("fe80::1", false, "Link-Local Unicast"), ("fe80::1%3", false, "Link-Local Unicast, with a zone"), ("febf:ffff::1", false, "Link-Local Unicast"),
        ("fec0::1", false, "site-local, deprecated"), ("ff02::1", false, "multicast"), ("ff0e::1", false, "multicast"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false, "not assigned"),
    ];

    // What has an IPv4 address inside.
    private static readonly (string, bool, string)[] Carrying =
    [
        ("::ffff:8.8.8.8", true, "IPv4-mapped Address"), ("::ffff:127.0.0.1", false, "IPv4-mapped Address"),
        ("::ffff:10.0.0.1", false, "IPv4-mapped Address"), ("::ffff:169.254.169.254", false, "IPv4-mapped Address"),
        ("::ffff:0:8.8.8.8", false, "translated, RFC 2765"), ("::ffff:0:127.0.0.1", false, "translated, RFC 2765"),
        ("::8.8.8.8", false, "compatible, deprecated"), ("::127.0.0.1", false, "compatible, deprecated"),
        ("64:ff9b::8.8.8.8", true, "IPv4-IPv6 Translat."), ("64:ff9b::127.0.0.1", false, "IPv4-IPv6 Translat."),
        ("64:ff9b::169.254.169.254", false, "IPv4-IPv6 Translat."), ("64:ff9b::192.168.0.1", false, "IPv4-IPv6 Translat."),
        ("64:ff9b::1:8.8.8.8", false, "beside IPv4-IPv6 Translat."), ("64:ff9b:1::8.8.8.8", false, "IPv4-IPv6 Translat. within a network"),
        ("64:ff9b:1::10.0.0.1", false, "IPv4-IPv6 Translat. within a network"),
        ("2002:7f00:1::1", false, "6to4 of loopback"), ("2002:a9fe:a9fe::1", false, "6to4 of the clouds' metadata"), ("2002:808:808::1", false, "6to4"),
        ("2001:0:808:808:0:0:80ff:fffe", false, "TEREDO to loopback"), ("2001:0:808:808:0:0:f7f7:f7f7", false, "TEREDO"),
        ("2a00:1450::5efe:8.8.8.8", true, "ISATAP in a global network"), ("2a00:1450::5efe:10.0.0.1", false, "ISATAP to a private address"),
        ("2a00:1450::200:5efe:127.0.0.1", false, "ISATAP to loopback"), ("2a00:1450::300:5efe:127.0.0.1", false, "ISATAP, both bits of the scope"),
        ("2a00:1450::400:5efe:127.0.0.1", true, "no ISATAP: another bit"), ("fe80::5efe:8.8.8.8", false, "ISATAP in a link-local network"),
    ];
}
