using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Kyy.Bridge.Persistence;

/// <summary>Makes the keys of new rows: UUIDv7, so that rows made together lie together in an index.</summary>
internal sealed class Ids(TimeProvider time)
{
    private const ulong Variant = 1UL << 63;

    /// <summary>A new id. Ids of different replicas are not ordered by time: lists sort by database time first.</summary>
    public Guid Next() => Guid.CreateVersion7(time.GetUtcNow());

    /// <summary>Several at once, each above the one before: one call for randomness, and one place of an index to insert at.</summary>
    /// <remarks>RFC 9562, 6.2, method 2: the random part begins anywhere below its half and goes up by random steps.</remarks>
    public Guid[] Next(int count)
    {
        var random = RandomNumberGenerator.GetBytes(16 + 4 * count);
        var high = (time.GetUtcNow().ToUnixTimeMilliseconds() << 16) | 0x7000 | (BitConverter.ToInt64(random) & 0xfff);
        var low = BitConverter.ToUInt64(random, 8) >> 3;
        var made = new Guid[count];
        Span<byte> id = stackalloc byte[16];
        for (var i = 0; i < count; i++)
        {
            low += 1 + (ulong)BitConverter.ToUInt32(random, 16 + 4 * i);
            BinaryPrimitives.WriteInt64BigEndian(id, high);
            BinaryPrimitives.WriteUInt64BigEndian(id[8..], Variant | low);
            made[i] = new(id, bigEndian: true);
        }

        return made;
    }
}
