using System.Globalization;
using Kyy.Bridge.Addresses;

namespace Kyy.Bridge.Configuration;

/// <summary>Ports: one, or several in a row.</summary>
internal static class PortText
{
    /// <summary>What stands for an empty list, since an empty text is the default.</summary>
    public const string None = "none";

    public static Parsed<PortRange> Parse(string text)
    {
        var ends = text.Split('-');
        return ends.Length <= 2 && TryRead(ends[0], out var first) && TryRead(ends[^1], out var last) && first <= last
            ? new PortRange(first, last)
            : new Remedy($"Write a port from 1 to 65535, or several in a row such as 137-139; {None} for no port at all.");
    }

    private static bool TryRead(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65_535;
}
