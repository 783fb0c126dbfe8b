using System.Net;

namespace Kyy.Bridge.Configuration;

/// <summary>Networks in CIDR notation; a single address is the network of that one address.</summary>
internal static class NetworkText
{
    public static Parsed<IPNetwork> Parse(string text)
    {
        if (!IPAddress.TryParse(text.Split('/')[0], out var address))
            return new Remedy("Write an IP address or a network, such as 192.0.2.7, 10.0.0.0/8 or fd00::/8.");
        if (!text.Contains('/')) return new IPNetwork(address, address.GetAddressBytes().Length * 8);

        // The framework takes 10.0.0.7/8 for 10.0.0.0/8; whoever wrote it may have meant the one machine, and this is a list of exceptions.
        return IPNetwork.TryParse(text, out var network) && network.BaseAddress.Equals(address)
            ? network
            : new Remedy("Write a network by its first address and its length, such as 10.0.0.0/8 or fd00::/8.");
    }
}
