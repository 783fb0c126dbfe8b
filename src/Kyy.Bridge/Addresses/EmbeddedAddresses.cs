using System.Net;
using System.Net.Sockets;

namespace Kyy.Bridge.Addresses;

/// <summary>The IPv4 addresses that an IPv6 address leads on to, where it is one of a transition mechanism.</summary>
/// <remarks>
/// A packet to such an address may be unwrapped on its way and delivered to the IPv4 address inside, even in a private network. What a
/// translator of a network's own prefix (RFC 6052, 2.2) unwraps cannot be told by looking at an address.
/// </remarks>
internal static class EmbeddedAddresses
{
    private static readonly IPNetwork
        SixToFour = IPNetwork.Parse("2002::/16"), // RFC 3056
        Teredo = IPNetwork.Parse("2001::/32"), // RFC 4380
        LocalNat64 = IPNetwork.Parse("64:ff9b:1::/48"), // RFC 8215
        Compatible = IPNetwork.Parse("::/96"), // RFC 4291, deprecated
        Translated = IPNetwork.Parse("::ffff:0:0:0/96"); // RFC 2765

    /// <summary>All that are inside; none for an IPv4 address and for one that stands for nothing but itself.</summary>
    /// <remarks>A mapped address and one of the well-known NAT64 prefix are resolved by <see cref="GlobalAddresses.Reached"/>.</remarks>
    public static IEnumerable<IPAddress> Of(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? Inside(address, address.GetAddressBytes()) : [];

    private static IEnumerable<IPAddress> Inside(IPAddress address, byte[] bytes)
    {
        if (SixToFour.Contains(address)) yield return new(bytes.AsSpan(2, 4));
        if (Teredo.Contains(address))
        {
            yield return new(bytes.AsSpan(4, 4)); // Its server.
            yield return new([.. bytes[12..].Select(part => (byte)~part)]);
        }

        if (LocalNat64.Contains(address) || Translated.Contains(address) || IsCompatible(address, bytes) || IsIsatap(bytes))
            yield return new(bytes.AsSpan(12, 4));
    }

    // The unspecified address and loopback are not the addresses 0.0.0.0 and 0.0.0.1.
    private static bool IsCompatible(IPAddress address, byte[] bytes) => Compatible.Contains(address) && bytes[12] != 0;

    // RFC 5214: an interface identifier that begins with 00-00-5E-FE, whatever the two bits for its scope say, in any network.
    private static bool IsIsatap(byte[] bytes) => (bytes[8] & 0xfc) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;
}
