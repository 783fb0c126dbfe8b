using System.Runtime.InteropServices;
using System.Text.Json;

namespace Kyy.Bridge.Upstream;

/// <summary>
/// The members of a JSON object by name, with null read as missing. A name may come twice: the last value that is not null
/// counts, and <see cref="Contradicts"/> tells those for whom that is not good enough.
/// </summary>
internal sealed class JsonMembers
{
    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _contradictory = new(StringComparer.Ordinal);

    public JsonMembers(JsonElement json)
    {
        // Not JsonProperty.Name, which throws for a name with half a surrogate pair.
        foreach (var member in json.EnumerateObject())
            Add(JsonScalar.Unescape(JsonMarshal.GetRawUtf8PropertyName(member)), member.Value);
    }

    /// <summary>The member's value; null where it is null or missing.</summary>
    public JsonElement? this[string name] =>
        _values.TryGetValue(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    /// <summary>Whether the member is there at all, be it null.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Whether the member is there twice, written differently.</summary>
    public bool Contradicts(string name) => _contradictory.Contains(name);

    private void Add(string name, JsonElement value)
    {
        if (_values.TryAdd(name, value)) return;
        if (!JsonMarshal.GetRawUtf8Value(_values[name]).SequenceEqual(JsonMarshal.GetRawUtf8Value(value))) _contradictory.Add(name);
        if (value.ValueKind is not JsonValueKind.Null) _values[name] = value;
    }
}
