using System.Collections.Immutable;
using System.Net;

namespace Kyy.Bridge.Addresses;

/// <summary>
/// Which addresses may be called that a client named: those of the public network, plus what the operator allows. A pure decision on one
/// resolved address.
/// </summary>
/// <param name="allowed">The operator's exceptions.</param>
internal sealed class AddressPolicy(ImmutableArray<IPNetwork> allowed)
{
    public bool Allows(IPAddress address) =>
        // What a tunnel leads to has to be allowed as well as the way into the tunnel.
        AllowsOne(GlobalAddresses.Reached(address)) && EmbeddedAddresses.Of(address).All(AllowsOne);

    private bool AllowsOne(IPAddress address) =>
        allowed.Any(network => network.Contains(address)) || GlobalAddresses.IsGlobalUnicast(address);
}
