using System.Text;
using Kyy.Bridge.Text;
using Kyy.Bridge.Upstream;

namespace Kyy.Bridge.Deliveries;

/// <summary>
/// Takes the values of an endpoint's further headers out of what it answered. What is kept of an answer is stored and shown in clear, and
/// some receivers answer with the request.
/// </summary>
internal static class HeaderMask
{
    /// <summary>The answer with <c>***</c> in place of the values; every other byte stays as it came, but for control characters behind one.</summary>
    public static byte[] Apply(byte[] body, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        if (headers.Count == 0 || body.Length == 0) return body;
        // One character for each byte, whatever the answer is written in.
        var text = headers.Aggregate(Encoding.Latin1.GetString(body), (text, header) => new KeyMask(new Secret(header.Value)).Apply(text));
        return Encoding.Latin1.GetBytes(text);
    }
}
