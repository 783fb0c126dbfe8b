using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace Kyy.Bridge.Secrets;

/// <summary>Makes keys of the ring: the first one, and those of a rotation.</summary>
internal sealed class RingKeys(
    KeyRing ring, KeyRingStore store, IKeyManager keys, RingCheck check, RingCanary canary, Reprotection reprotection, TimeProvider time)
{
    // An operator decides when another key takes over, not a date.
    private static readonly TimeSpan KeyLife = TimeSpan.FromDays(365 * 100), ClockTolerance = TimeSpan.FromDays(2);

    /// <summary>
    /// Makes the first key and the canary where there are none. To be run as a first step of the migration, under its lock. A ring that is
    /// missing while there are secrets was lost: a new key would read none of them, and hide the loss.
    /// </summary>
    /// <exception cref="KeyRingException">The ring is lost, or cannot be read.</exception>
    public async Task CreateAsync(CancellationToken cancellation)
    {
        await check.RunAsync(cancellation);
        if ((await store.ReadAsync(cancellation)).Count == 0) await AddAsync(cancellation);
        await canary.CreateAsync(cancellation);
    }

    /// <summary>Makes a key that encrypts from now on, and returns its id.</summary>
    public async Task<Guid> AddAsync(CancellationToken cancellation)
    {
        var others = await store.ReadAsync(cancellation);
        // Active since long ago: a replica whose clock is behind would else have a ring without a key that it may use. And later than every
        // other, since the latest is the one that encrypts.
        var now = time.GetUtcNow();
        var activation = others.Select(other => RingElement.ActivationOf(other.Key) + TimeSpan.FromSeconds(1))
            .Append(now - ClockTolerance).Max();
        var made = keys.CreateNewKey(activation, now + KeyLife).KeyId;
        ring.Refresh();
        return reprotection.Encrypting() == made
            ? made
            : throw new KeyRingException("The new key of the ring does not encrypt: the clocks of the machines that made keys differ by days.");
    }
}
