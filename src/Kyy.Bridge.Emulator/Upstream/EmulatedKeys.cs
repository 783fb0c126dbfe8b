using System.Collections.Concurrent;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>The bearer keys that are or were right. One that never was is counted nowhere: it could be anything.</summary>
internal sealed class EmulatedKeys(EmulatorOptions options, MonotonicClock clock)
{
    private const string Scheme = "Bearer ";

    private readonly ConcurrentDictionary<string, EmulatedKey> _byHeader = new(StringComparer.Ordinal);

    public IEnumerable<EmulatedKey> All => _byHeader.Values;

    public void Accept(string key) => Of(key).IsRight = true;

    public void Revoke(string key) => Of(key).IsRight = false;

    /// <summary>The key of a request whose header is exactly <c>Bearer</c>, a space and a key that is or was right.</summary>
    public EmulatedKey? Find(string authorization) => _byHeader.GetValueOrDefault(authorization);

    public EmulatedKey Of(string key) =>
        _byHeader.GetOrAdd(Scheme + key, _ => new EmulatedKey(key, options.Scale(options.CountingWindow), clock));
}
