using Kyy.Bridge.Configuration;

namespace Kyy.Bridge.Http;

/// <summary>Collects what is wrong with a request, by the name on the wire, so that all of it is answered at once.</summary>
internal sealed class Faults
{
    private const int LongestName = 64;

    private Dictionary<string, string[]>? _byName;

    public void Add(string name, string message)
    {
        _byName ??= [];
        _byName[name] = _byName.TryGetValue(name, out var others) ? [.. others, message] : [message];
    }

    /// <summary>Refuses a name that the caller made up, with a guess at what was meant.</summary>
    /// <param name="name">The name; a long one is shortened before it is sent back.</param>
    /// <param name="known">The names that there are.</param>
    /// <param name="path">What goes before the name, with its full stop.</param>
    public void AddUnknown(string name, IEnumerable<string> known, string path = "")
    {
        var isLong = name.Length > LongestName;
        var meant = isLong ? null : Suggestion.For(name, known);
        Add(path + (isLong ? name[..LongestName] + "…" : name), "is not known here" + (meant is null ? "" : $"; did you mean {meant}?"));
    }

    /// <summary>The answer to a request with faults; null where there are none.</summary>
    public ProblemResult? Refusal() => _byName is null ? null : Problems.Validation(_byName);
}
