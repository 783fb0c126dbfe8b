using System.Net;

namespace Kyy.Bridge.Configuration;

/// <summary>Networks in CIDR notation; a single address is the network of that one address.</summary>
internal static class NetworkText
{
    public static Parsed<IPNetwork> Parse(string text)
    {
        if (IPNetwork.TryParse(text, out var network)) return network;
        if (text.Contains('/')) return new Remedy("Write a network by its first address and its length, such as 10.0.0.0/8 or fd00::/8.");
        return IPAddress.TryParse(text, out var address)
            ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : new Remedy("Write an IP address or a network, such as 192.0.2.7, 10.0.0.0/8 or fd00::/8.");
    }
}
