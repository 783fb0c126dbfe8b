using System.Globalization;

namespace Kyy.Bridge.Http;

/// <summary>A time inside a text of an answer, written as times are in its members.</summary>
internal static class WireTime
{
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
