using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Kyy.Bridge.Tests.Addresses;

/// <summary>What may be called, said once more and in another way: by numbers from first to last, without networks.</summary>
internal static class AddressOracle
{
    private static readonly (string First, string Last)[] SpecialV4 =
    [
        ("0.0.0.0", "0.255.255.255"), ("10.0.0.0", "10.255.255.255"), ("100.64.0.0", "100.127.255.255"), ("127.0.0.0", "127.255.255.255"),
        ("169.254.0.0", "169.254.255.255"), ("172.16.0.0", "172.31.255.255"), ("192.0.0.0", "192.0.0.255"), ("192.0.2.0", "192.0.2.255"),
        ("192.31.196.0", "192.31.196.255"), ("192.52.193.0", "192.52.193.255"), ("192.88.99.0", "192.88.99.255"),
        ("192.168.0.0", "192.168.255.255"), ("192.175.48.0", "192.175.48.255"), ("198.18.0.0", "198.19.255.255"),
        ("198.51.100.0", "198.51.100.255"), ("203.0.113.0", "203.0.113.255"), ("224.0.0.0", "255.255.255.255"),
    ];

    private static readonly (string First, string Last)[] SpecialV6 =
    [
        ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"), ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ];

    /// <summary>The numbers that something begins or ends at: what random ones should come near to.</summary>
    public static IEnumerable<UInt128> EdgesV4 { get; } = [.. SpecialV4.SelectMany(range => new[] { Number(range.First), Number(range.Last) })];

    public static IEnumerable<UInt128> EdgesV6 { get; } =
    [
        .. SpecialV6.SelectMany(range => new[] { Number(range.First), Number(range.Last) }),
        Number("2000::"), Number("4000::"), Number("::"), Number("::ffff:0.0.0.0"), Number("::1:0:0:0"), Number("64:ff9b::"), Number("64:ff9b::1:0:0"),
        Number("64:ff9b:1::"), Number("2a00::5efe:0:0"), Number("2a00::200:5efe:0:0"), Number("fe80::"), Number("fc00::"), Number("ff00::"),
    ];

    public static bool Allows(IPAddress address)
    {
        var number = Number(address);
        if (address.AddressFamily == AddressFamily.InterNetwork) return AllowsV4((uint)number);
        // Mapped, and the well-known prefix of NAT64: the IPv4 address is what is reached.
        if (number >> 32 == 0xffff || number >> 32 == Number("64:ff9b::") >> 32) return AllowsV4((uint)number);
        var isGlobal = number >> 125 == 1 && !SpecialV6.Any(range => number >= Number(range.First) && number <= Number(range.Last));
        // ISATAP: …:0000:5efe:a.b.c.d, with any of the two bits for its scope.
        var isTunnel = ((ulong)number >> 32 & 0xfcff_ffff) == 0x5efe;
        return isGlobal && (!isTunnel || AllowsV4((uint)number));
    }

    public static UInt128 Number(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return bytes.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private static UInt128 Number(string address) => Number(IPAddress.Parse(address));

    private static bool AllowsV4(uint number) => !SpecialV4.Any(range => number >= Number(range.First) && number <= Number(range.Last));
}
