using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Kyy.Bridge.Secrets;

/// <summary>
/// The key ring as this process knows it, and the <see cref="IDataProtectionProvider"/> of all of it. Data Protection by itself looks
/// for new keys once a day; what another process encrypts by a new one has to be readable here at once, and this process has to
/// encrypt by it within seconds. So each look makes a provider of its own over what was found, and the next protectors are that one's.
/// </summary>
internal sealed class KeyRing(KeyRingStore store, SecretsSettings settings, ILoggerFactory loggers, TimeProvider time)
    : IDataProtectionProvider
{
    // A damaged ciphertext names a key that is nowhere: it is not to cost a look each time. By key: another one may have been made since.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private const int MostSought = 1_000;

    private readonly Lock _looking = new();
    private readonly Dictionary<Guid, long> _sought = [];
    private volatile Known? _known;

    /// <inheritdoc />
    public IDataProtector CreateProtector(string purpose) => new RingProtector(this, [purpose]);

    /// <summary>Reads the ring anew, whatever is known of it.</summary>
    public void Refresh()
    {
        lock (_looking) _known = Know(store.GetAllElements());
    }

    /// <summary>The protector over what is known now; looks for a first key where there was none.</summary>
    internal IDataProtector Protector(string[] purposes)
    {
        // No key's id: what is sought is any.
        if (_known is not { Keys.Count: > 0 }) Knows(Guid.Empty);
        return _known!.Provider.CreateProtector(purposes);
    }

    /// <summary>Whether the key is known, after another look where it was not.</summary>
    internal bool Knows(Guid key)
    {
        if (_known?.Keys.Contains(key) is true) return true;
        lock (_looking)
        {
            if (_known?.Keys.Contains(key) is true) return true;
            if (_known is not null && _sought.TryGetValue(key, out var at) && time.GetElapsedTime(at) < BetweenLooks) return false;
            if (_sought.Count >= MostSought) _sought.Clear();
            _sought[key] = time.GetTimestamp();
            _known = Know(store.GetAllElements());
            return _known.Keys.Contains(key);
        }
    }

    private Known Know(IReadOnlyCollection<XElement> elements)
    {
        var services = new ServiceCollection();
        services.AddSingleton(loggers).AddSingleton(settings);
        KeyRingServices.Configure(services.AddDataProtection(), settings);
        services.Configure<KeyManagementOptions>(options => options.XmlRepository = new Snapshot(elements));
        // Not disposed of: protectors that are at work hold on to it, and it holds nothing but memory.
        var provider = services.BuildServiceProvider().GetRequiredService<IDataProtectionProvider>();
        return new(provider, [.. elements.Where(RingElement.IsKey).Select(RingElement.IdOf)]);
    }

    private sealed record Known(IDataProtectionProvider Provider, HashSet<Guid> Keys);

    private sealed class Snapshot(IReadOnlyCollection<XElement> elements) : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements() => [.. elements.Select(element => new XElement(element))];

        public void StoreElement(XElement element, string friendlyName) =>
            throw new InvalidOperationException("Only the verbs migrate and keys rotate make a key.");
    }
}
