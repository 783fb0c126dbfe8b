using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Kyy.Bridge.Persistence;

/// <summary>The rows of a batch as the columns that <c>unnest</c> takes.</summary>
internal static class Rows
{
    public static NpgsqlParameter Column<T, TValue>(IReadOnlyList<T> rows, Func<T, TValue> value) =>
        new() { Value = rows.Select(value).ToArray() };

    /// <summary>A column whose type cannot be told from its values: all of them may be null.</summary>
    public static NpgsqlParameter Column<T, TValue>(IReadOnlyList<T> rows, Func<T, TValue> value, NpgsqlDbType type) =>
        new() { Value = rows.Select(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };

    public static NpgsqlParameter Column<T>(IReadOnlyList<T> rows, Func<T, string?> value) => Column(rows, value, NpgsqlDbType.Text);

    /// <summary>A column of lists: PostgreSQL's arrays of arrays would have to be of one length.</summary>
    public static NpgsqlParameter Json<T>(IReadOnlyList<T> rows, Func<T, IEnumerable<string>> value) =>
        Column(rows, row => JsonSerializer.Serialize(value(row)), NpgsqlDbType.Jsonb);

    /// <summary>The time of a statement: given in tests, PostgreSQL's own otherwise.</summary>
    public static NpgsqlParameter Time(DateTimeOffset? now) =>
        new() { Value = (object?)now ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
