using System.Buffers.Binary;
using System.Buffers.Text;

namespace Kyy.Bridge.Events;

/// <summary>What a reader of the feed goes on from. Its text is opaque: version, identity, transaction, id.</summary>
internal readonly record struct FeedCursor(FeedIdentity Identity, FeedPosition Position)
{
    private const byte Version = 1;

    private const int IdentityAt = 1, XidAt = IdentityAt + sizeof(ulong), IdAt = XidAt + sizeof(ulong), Bytes = IdAt + 16;

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bytes[0] = Version;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[IdentityAt..], Identity.Hash);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[XidAt..], Position.Xid);
        Position.Id.TryWriteBytes(bytes[IdAt..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads a cursor's text; null for any other.</summary>
    public static FeedCursor? Parse(string? text)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (text is null || !Base64Url.IsValid(text, out var length) || length != Bytes) return null;
        Base64Url.DecodeFromChars(text, bytes);
        if (bytes[0] != Version) return null;
        return new(
            new(BinaryPrimitives.ReadUInt64BigEndian(bytes[IdentityAt..])),
            new(BinaryPrimitives.ReadUInt64BigEndian(bytes[XidAt..]), new Guid(bytes[IdAt..], bigEndian: true)));
    }
}
