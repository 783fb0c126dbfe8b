using System.Buffers.Binary;
using System.Buffers.Text;
using Kyy.Bridge.Client.Contracts;

namespace Kyy.Bridge.Http;

/// <summary>Which page of a list is asked for.</summary>
internal readonly record struct PageRequest(int Limit, Cursor? After)
{
    public const int DefaultLimit = 50, MaxLimit = 500;

    /// <summary>How many rows to fetch: one more than the page holds says whether there is another.</summary>
    public int Fetch => Limit + 1;

    /// <summary>Makes the page of rows that were fetched newest first.</summary>
    public Page<TView> Of<TRow, TView>(IReadOnlyList<TRow> rows, Func<TRow, Cursor> place, Func<TRow, TView> view) =>
        new([.. rows.Take(Limit).Select(view)], rows.Count > Limit ? place(rows[Limit - 1]).ToString() : null);
}

/// <summary>
/// A place in a list that is ordered by database time, then id. A place rather than a number of rows: what is added or removed
/// meanwhile neither repeats nor hides anything, and the last page costs no more than the first.
/// </summary>
internal readonly record struct Cursor(DateTimeOffset Time, Guid Id)
{
    private const int TimeBytes = sizeof(long), Bytes = TimeBytes + 16;

    // Of the year 9999, the last that a time here can be in.
    private const long LastMicrosecond = 253_402_300_799_999_999;

    /// <summary>The opaque text. PostgreSQL's times are whole microseconds.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, (Time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        Id.TryWriteBytes(bytes[TimeBytes..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads a cursor's text; null for any other.</summary>
    public static Cursor? Parse(string? text)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (text is null || !Base64Url.IsValid(text, out var length) || length != Bytes) return null;

        Base64Url.DecodeFromChars(text, bytes);

        var microseconds = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (microseconds is < 0 or > LastMicrosecond) return null;

        return new(DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds), new Guid(bytes[TimeBytes..], bigEndian: true));
    }
}
