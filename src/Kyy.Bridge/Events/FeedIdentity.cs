using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Kyy.Bridge.Events;

/// <summary>
/// The server and its history that numbers of transactions are counted in. After a restore or a fail-over the same numbers are given
/// to other transactions, so a cursor from before says nothing.
/// </summary>
/// <param name="Hash">What cursors carry of it.</param>
internal readonly record struct FeedIdentity(ulong Hash)
{
    /// <param name="system">The server's identifier, made by <c>initdb</c>.</param>
    /// <param name="timeline">The timeline of its WAL, which a promotion and a recovery to a point in time change.</param>
    public static FeedIdentity Of(string system, string timeline) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{system}/{timeline}"))));
}
