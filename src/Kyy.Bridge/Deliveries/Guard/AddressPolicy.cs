using System.Collections.Immutable;
using System.Net;
using Kyy.Bridge.Addresses;

namespace Kyy.Bridge.Deliveries.Guard;

/// <summary>
/// Which addresses a webhook may go to: those of the public network, plus what the operator allows. A pure decision on one resolved
/// address.
/// </summary>
/// <param name="allowed">The operator's exceptions.</param>
internal sealed class AddressPolicy(ImmutableArray<IPNetwork> allowed)
{
    public bool Allows(IPAddress address)
    {
        // Mapped and translated forms are judged as the IPv4 address that is reached in the end.
        var reached = GlobalAddresses.Reached(address);
        return allowed.Any(network => network.Contains(reached)) || GlobalAddresses.Contains(reached);
    }
}
