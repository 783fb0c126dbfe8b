using System.Runtime.InteropServices;
using System.Text.Json;

namespace Kyy.Bridge.Http;

/// <summary>
/// Reads the members of one JSON object, collecting what is wrong with them by their names on the wire. A single body and an
/// item of a batch are read by the same reader, so the value may be of any kind, null included.
/// </summary>
/// <remarks>
/// A member that is asked for is known; <see cref="Refusal"/> refuses the others. <c>null</c> is the same as absent. A method whose
/// member is wrong returns a value that is not to be used: ask <see cref="Refusal"/> first.
/// </remarks>
internal sealed class MemberReader
{
    /// <summary>The name of a fault of the whole value.</summary>
    public const string Whole = "$";

    private const int UsualMembers = 12;

    private readonly JsonElement _object;
    private readonly string _prefix;
    private readonly Faults _faults;
    private readonly List<string> _asked = new(UsualMembers);
    private int _found;

    public MemberReader(JsonElement value)
        : this(value, "", new Faults())
    {
    }

    /// <param name="value">What should be an object.</param>
    /// <param name="path">Where it stands, for instance <c>tasks[3]</c>: names in faults begin with it.</param>
    /// <param name="faults">What is wrong with the object around it.</param>
    public MemberReader(JsonElement value, string path, Faults faults)
    {
        (_prefix, _faults) = (path is "" ? "" : $"{path}.", faults);
        var whole = path is "" ? Whole : path;
        if (value.ValueKind is not JsonValueKind.Object) _faults.Add(whole, "must be an object");
        else if (!JsonText.HasReadableNames(value)) _faults.Add(whole, "has a member whose name is not text");
        else _object = value;
    }

    /// <summary>One line of text that has to be there.</summary>
    public string Text(string name, int maxLength) => ReadText(name, maxLength, required: true) ?? "";

    /// <summary>One line of text.</summary>
    public string? OptionalText(string name, int maxLength) => ReadText(name, maxLength, required: false);

    /// <summary>An absolute http or https URL without user info and fragment, as it was written.</summary>
    public string? Url(string name, int maxLength) => Checked(name, OptionalText(name, maxLength), TextRules.Url);

    /// <summary>One of a few words.</summary>
    public string? Choice(string name, IReadOnlyList<string> choices) =>
        Checked(name, Words(name), word => TextRules.Choice(word, choices));

    /// <summary>A time of RFC 3339, in UTC.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Words(name) is not { } text) return null;
        var time = TextRules.Time(text);
        if (time is null) Fault(name, TextRules.NotATime);
        return time;
    }

    /// <summary>A whole number that has to be there.</summary>
    public int Integer(string name, int min, int max) => ReadInteger(name, min, max, required: true) ?? min;

    /// <summary>A whole number.</summary>
    public int? OptionalInteger(string name, int min, int max) => ReadInteger(name, min, max, required: false);

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool? Flag(string name)
    {
        var value = Find(name, required: false);
        if (value.ValueKind is JsonValueKind.Undefined) return null;
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) Fault(name, "must be true or false");
        return value.ValueKind is JsonValueKind.True;
    }

    /// <summary>A list of words, each one of <paramref name="choices"/> and none twice.</summary>
    public string[]? Choices(string name, IReadOnlyList<string> choices)
    {
        if (Array(name, 1, choices.Count, required: false) is not { } list) return null;
        string[] words = [.. list.Select((item, index) => Word(item, $"{name}[{index}]", choices))];
        if (words.Distinct().Count() < words.Length) Fault(name, "must not name one twice");
        return words;
    }

    /// <summary>A list of any values, for the caller to read one by one.</summary>
    public IReadOnlyList<JsonElement>? Array(string name, int min, int max, bool required)
    {
        var value = Find(name, required);
        if (value.ValueKind is JsonValueKind.Undefined) return null;
        if (value.ValueKind is JsonValueKind.Array && value.GetArrayLength() is var length && length >= min && length <= max)
            return [.. value.EnumerateArray()];
        Fault(name, $"must be a list of {min} to {max} items");
        return null;
    }

    /// <summary>An object of at most <paramref name="maxBytes"/>, as the bytes that it was written with.</summary>
    public byte[]? Object(string name, int maxBytes)
    {
        var value = Find(name, required: false);
        if (value.ValueKind is JsonValueKind.Undefined) return null;
        if (value.ValueKind is not JsonValueKind.Object) return Refuse<byte[]>(name, "must be an object");
        var bytes = JsonMarshal.GetRawUtf8Value(value);
        if (bytes.Length > maxBytes) return Refuse<byte[]>(name, $"must have at most {maxBytes} bytes");
        return JsonText.Fault(value) is { } fault ? Refuse<byte[]>(name, fault) : bytes.ToArray();
    }

    /// <summary>Whether a member is there, whatever is wrong with it.</summary>
    public bool Has(string name) => _object.ValueKind is JsonValueKind.Object
        && _object.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null;

    /// <summary>Adds what only the caller knows to be wrong.</summary>
    public void Fault(string name, string message) => _faults.Add(_prefix + name, message);

    /// <summary>Whether a member is not there at all, not even as null: a change leaves alone what it names.</summary>
    public bool IsAbsent(string name) => _object.ValueKind is not JsonValueKind.Object || !_object.TryGetProperty(name, out _);

    /// <summary>
    /// The answer to an object with faults, unknown and repeated members among them; null where there are none. To be asked once, after
    /// all members were read.
    /// </summary>
    public ProblemResult? Refusal()
    {
        // One comparison for the usual object, which holds what was asked for and nothing else.
        if (_object.ValueKind is JsonValueKind.Object && _object.GetPropertyCount() != _found) RefuseOthers();
        return _faults.Refusal();
    }

    private void RefuseOthers()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in _object.EnumerateObject().Select(member => member.Name))
        {
            if (!_asked.Contains(name)) _faults.AddUnknown(name, _asked, _prefix);
            else if (!seen.Add(name)) Fault(name, "must not be given twice");
        }
    }

    private string? ReadText(string name, int maxLength, bool required) =>
        Checked(name, Words(name, required), text => TextRules.Line(text, maxLength));

    private int? ReadInteger(string name, int min, int max, bool required)
    {
        var value = Find(name, required);
        if (value.ValueKind is JsonValueKind.Undefined) return null;
        int? number = value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var read) ? read : null;
        if (TextRules.Range(number, min, max) is { } fault) Fault(name, fault);
        return number;
    }

    private string Word(JsonElement item, string place, IReadOnlyList<string> choices)
    {
        var word = item.ValueKind is JsonValueKind.String ? JsonText.Read(item) ?? "" : "";
        if (TextRules.Choice(word, choices) is { } fault) Fault(place, fault);
        return word;
    }

    private string? Words(string name, bool required = false)
    {
        var value = Find(name, required);
        if (value.ValueKind is JsonValueKind.Undefined) return null;
        if (value.ValueKind is not JsonValueKind.String) return Refuse<string>(name, "must be text");
        return JsonText.Read(value) ?? Refuse<string>(name, "must not hold half of a surrogate pair");
    }

    private string? Checked(string name, string? text, Func<string, string?> rule) =>
        text is not null && rule(text) is { } fault ? Refuse<string>(name, fault) : text;

    private T? Refuse<T>(string name, string message)
        where T : class
    {
        Fault(name, message);
        return null;
    }

    private JsonElement Find(string name, bool required)
    {
        _asked.Add(name);
        if (_object.ValueKind is not JsonValueKind.Object) return default;
        var found = _object.TryGetProperty(name, out var value);
        if (found) _found++;
        if (found && value.ValueKind is not JsonValueKind.Null) return value;
        if (required) Fault(name, "is required");
        return default;
    }
}
