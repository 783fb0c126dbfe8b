using System.Collections.Concurrent;

namespace Kyy.Bridge.Http;

/// <summary>
/// Answers from the database that may be a few seconds old, which is how late a revocation is noticed at most. Whoever asks
/// meanwhile shares one look-up; a look-up that failed is not kept.
/// </summary>
/// <remarks>
/// Bounded by being emptied when it is full: somebody who tries keys at random costs the others a look-up now and then, not memory.
/// </remarks>
internal sealed class BriefCache<TKey, TValue>(TimeSpan life, int capacity, TimeProvider time, Func<TKey, Task<TValue>> look)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();

    public Task<TValue> GetAsync(TKey key)
    {
        if (_entries.TryGetValue(key, out var entry) && IsFresh(entry)) return entry.Answer;
        if (_entries.Count >= capacity) _entries.Clear();

        // The age counts from before the look-up: what is committed after its snapshot is seen once the age is over.
        var asked = time.GetTimestamp();
        entry = new(look(key), asked);
        _entries[key] = entry;
        return entry.Answer;
    }

    public void Forget(TKey key) => _entries.TryRemove(key, out _);

    public void Clear() => _entries.Clear();

    private bool IsFresh(Entry entry) =>
        entry.Answer is { IsFaulted: false, IsCanceled: false } && time.GetElapsedTime(entry.Asked) < life;

    private sealed record Entry(Task<TValue> Answer, long Asked);
}
