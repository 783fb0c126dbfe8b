using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Persistence;

/// <summary>The rows of a batch as the columns that <c>unnest</c> takes.</summary>
internal static class Rows
{
    public static NpgsqlParameter Column<T, TValue>(IReadOnlyList<T> rows, Func<T, TValue> value) =>
        new NpgsqlParameter<TValue[]> { TypedValue = Values(rows, value) };

    /// <summary>A column whose type cannot be told from its values: all of them may be null.</summary>
    public static NpgsqlParameter Column<T, TValue>(IReadOnlyList<T> rows, Func<T, TValue> value, NpgsqlDbType type) =>
        new NpgsqlParameter<TValue[]> { TypedValue = Values(rows, value), NpgsqlDbType = NpgsqlDbType.Array | type };

    public static NpgsqlParameter Column<T>(IReadOnlyList<T> rows, Func<T, string?> value) => Column(rows, value, NpgsqlDbType.Text);

    /// <summary>
    /// A column of lists, each as the text that <c>::text[]</c> reads: PostgreSQL's arrays of arrays would have to be of one length.
    /// </summary>
    public static NpgsqlParameter Lists<T>(IReadOnlyList<T> rows, Func<T, ImmutableArray<string>> value) =>
        Column(rows, row => List(value(row)), NpgsqlDbType.Text);

    /// <summary>A list as PostgreSQL writes it, every element in quotes.</summary>
    internal static string List(ImmutableArray<string> elements) =>
        elements.IsEmpty ? "{}" : $"{{{string.Join(',', elements.Select(Quoted))}}}";

    private static string Quoted(string element) =>
        $"\"{element.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>The time of a statement: given in tests, PostgreSQL's own otherwise.</summary>
    public static NpgsqlParameter Time(DateTimeOffset? now) =>
        new() { Value = (object?)now ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static TValue[] Values<T, TValue>(IReadOnlyList<T> rows, Func<T, TValue> value)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++) values[i] = value(rows[i]);
        return values;
    }
}
