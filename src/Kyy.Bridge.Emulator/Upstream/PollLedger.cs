using System.Collections.Concurrent;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>Every poll of every id, and what holds across ids.</summary>
internal sealed class PollLedger
{
    private readonly ConcurrentDictionary<string, PollHistory> _histories = new(StringComparer.Ordinal);
    private int _unrouted, _dropped, _videosAsked, _videosAskedWithKey;

    public PollTally Tally { get; } = new();

    public AtOnce Requests { get; } = new();

    public AtOnce Connections { get; } = new();

    public int Unrouted => Volatile.Read(ref _unrouted);

    public int Dropped => Volatile.Read(ref _dropped);

    public int VideosAsked => Volatile.Read(ref _videosAsked);

    public int VideosAskedWithKey => Volatile.Read(ref _videosAskedWithKey);

    /// <summary>Each id that was ever asked for.</summary>
    public IEnumerable<GapsOfId> Gaps => _histories.Select(history => history.Value.GapsOf(history.Key)).OfType<GapsOfId>();

    public PollHistory Of(string id) => _histories.GetOrAdd(id, _ => new PollHistory());

    public void CountUnrouted() => Interlocked.Increment(ref _unrouted);

    public void CountDropped() => Interlocked.Increment(ref _dropped);

    public void CountVideo(bool withKey)
    {
        Interlocked.Increment(ref _videosAsked);
        if (withKey) Interlocked.Increment(ref _videosAskedWithKey);
    }
}
