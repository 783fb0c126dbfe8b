using System.Globalization;

namespace Kyy.Bridge.Addresses;

/// <summary>Ports in a row, both ends among them.</summary>
internal readonly record struct PortRange(int First, int Last)
{
    public bool Contains(int port) => port >= First && port <= Last;

    /// <summary>As it is configured: <c>25</c> or <c>137-139</c>.</summary>
    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
