using System.Security.Cryptography;
using System.Text;

namespace Kyy.Bridge.Persistence;

/// <summary>Ids that follow from what they identify, so that the same fact never has two, not even after a restore.</summary>
internal static class DerivedId
{
    private const int TimestampLength = 6;

    /// <summary>The id of a task's event of one type: the task's own timestamp, then a hash, in the shape of a UUIDv7.</summary>
    public static Guid OfEvent(Guid task, string type)
    {
        Span<byte> source = stackalloc byte[16 + 64];
        task.TryWriteBytes(source, bigEndian: true, out _);
        var length = 16 + Encoding.ASCII.GetBytes(type, source[16..]);

        Span<byte> id = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(source[..length], id);
        source[..TimestampLength].CopyTo(id);
        id[6] = (byte)((id[6] & 0x0F) | 0x70);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id[..16], bigEndian: true);
    }
}
