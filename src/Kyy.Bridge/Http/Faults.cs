namespace Kyy.Bridge.Http;

/// <summary>Collects what is wrong with a request, by the name on the wire, so that all of it is answered at once.</summary>
internal sealed class Faults
{
    private Dictionary<string, string[]>? _byName;

    public void Add(string name, string message)
    {
        _byName ??= [];
        _byName[name] = _byName.TryGetValue(name, out var others) ? [.. others, message] : [message];
    }

    /// <summary>The answer to a request with faults; null where there are none.</summary>
    public ProblemResult? Refusal() => _byName is null ? null : Problems.Validation(_byName);
}
