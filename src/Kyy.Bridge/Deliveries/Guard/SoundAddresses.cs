using System.Collections.Concurrent;

namespace Kyy.Bridge.Deliveries.Guard;

/// <summary>
/// URLs whose text was judged and passed: their text says the same at every attempt, and so do the rules, which are configuration. So each
/// is parsed and judged once. What the host resolves to is another matter, and is judged with every connection.
/// </summary>
/// <remarks>Bounded by being emptied when it is full: URLs that are used once cost what they would without it.</remarks>
internal sealed class SoundAddresses(CallbackRules rules)
{
    private const int Capacity = 1_000;

    private readonly ConcurrentDictionary<string, Uri> _sound = new(StringComparer.Ordinal);

    /// <summary>The address that a URL is; the very same object each time where it has passed.</summary>
    /// <exception cref="UriFormatException">It is none.</exception>
    public Uri Of(string url)
    {
        if (_sound.TryGetValue(url, out var known)) return known;
        var address = new Uri(url);
        if (rules.Fault(address) is not null) return address;
        if (_sound.Count >= Capacity) _sound.Clear();
        return _sound.GetOrAdd(url, address);
    }

    /// <summary>Whether a webhook may be sent there: what is not known to have passed is judged.</summary>
    public bool Allow(Uri address) =>
        (_sound.TryGetValue(address.OriginalString, out var known) && ReferenceEquals(known, address)) || rules.Fault(address) is null;
}
