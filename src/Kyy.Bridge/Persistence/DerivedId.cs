using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Kyy.Bridge.Persistence;

/// <summary>Ids that follow from what they identify, so that the same fact never has two, not even after a restore.</summary>
internal static class DerivedId
{
    private const int TimestampLength = 6, LongestType = 64;

    /// <summary>The id of a task's event of one type: the task's own timestamp, then a hash, in the shape of a UUIDv7.</summary>
    public static Guid OfEvent(Guid task, string type)
    {
        Span<byte> source = stackalloc byte[16 + LongestType];
        task.TryWriteBytes(source, bigEndian: true, out _);
        var length = 16 + Encoding.ASCII.GetBytes(type, source[16..]);
        return Of(source[..TimestampLength], source[..length]);
    }

    /// <summary>The id of a task's event of a type that it can have several of: likewise, with the number of the event.</summary>
    public static Guid OfEvent(Guid task, string type, int number)
    {
        Span<byte> source = stackalloc byte[16 + sizeof(int) + LongestType];
        task.TryWriteBytes(source, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(source[16..], number);
        var length = 20 + Encoding.ASCII.GetBytes(type, source[20..]);
        return Of(source[..TimestampLength], source[..length]);
    }

    /// <summary>The id of an event of an upstream key, as one client is told it: likewise, with the time at which the state began.</summary>
    /// <param name="key">The upstream key.</param>
    /// <param name="client">Who is told.</param>
    /// <param name="type">The event's type.</param>
    /// <param name="since">When the state began; what is finer than a microsecond does not count, since the database has no more.</param>
    public static Guid OfKeyEvent(Guid key, Guid client, string type, DateTimeOffset since)
    {
        Span<byte> source = stackalloc byte[16 + 16 + sizeof(long) + LongestType];
        key.TryWriteBytes(source, bigEndian: true, out _);
        client.TryWriteBytes(source[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(source[32..], (since - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        var length = 40 + Encoding.ASCII.GetBytes(type, source[40..]);

        Span<byte> milliseconds = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(milliseconds, since.ToUnixTimeMilliseconds());
        return Of(milliseconds[(sizeof(long) - TimestampLength)..], source[..length]);
    }

    /// <summary>The id of an event of an endpoint: likewise, with the time at which its state began.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="type">The event's type.</param>
    /// <param name="since">When the state began; what is finer than a microsecond does not count.</param>
    public static Guid OfEndpointEvent(Guid endpoint, string type, DateTimeOffset since) => OfKeyEvent(endpoint, Guid.Empty, type, since);

    private static Guid Of(ReadOnlySpan<byte> timestamp, ReadOnlySpan<byte> source)
    {
        Span<byte> id = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(source, id);
        timestamp.CopyTo(id);
        id[6] = (byte)((id[6] & 0x0F) | 0x70);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id[..16], bigEndian: true);
    }
}
