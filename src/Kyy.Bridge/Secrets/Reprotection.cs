using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace Kyy.Bridge.Secrets;

/// <summary>What a pass over a column came to.</summary>
/// <param name="Done">Rows that are encrypted by the new key now.</param>
/// <param name="Unreadable">Rows that no key decrypts, and which were left alone.</param>
internal readonly record struct ReprotectionPass(long Done, long Unreadable);

/// <summary>
/// Re-encrypts the rows of a column, a bounded batch at a time and each batch by itself: stopped anywhere, a repetition goes on. A row
/// that somebody changes meanwhile is left to them, since they encrypt by the same ring.
/// </summary>
internal sealed class Reprotection(NpgsqlDataSource dataSource, IDataProtectionProvider protection, IServiceProvider services)
{
    private const int Batch = 500;

    // Of the ring's users, but only when it is asked: some of them need this in turn.
    private IEnumerable<IReprotectable> Columns => services.GetServices<IReprotectable>();

    /// <summary>The columns in the order of their names.</summary>
    public IReadOnlyList<IReprotectable> All => [.. Columns.OrderBy(column => column.Table, StringComparer.Ordinal)];

    /// <summary>The key that encrypts now.</summary>
    public Guid Encrypting() => Ciphertext.KeyOf(protection.CreateProtector("Kyy.Bridge.Reprotection").Protect([]))
        ?? throw new InvalidOperationException("Data Protection writes another head than the one that is documented.");

    /// <summary>A column that has an encrypted row; null where there is none.</summary>
    public async Task<string?> FirstEncryptedAsync(CancellationToken cancellation)
    {
        foreach (var column in All)
        {
            await using var command = dataSource.CreateCommand(
                $"select exists (select from bridge.{column.Table} t where t.{column.Column} is not null)");
            if ((bool)(await command.ExecuteScalarAsync(cancellation))!) return $"bridge.{column.Table}";
        }

        return null;
    }

    /// <summary>Goes once over a column and re-encrypts what <paramref name="key"/>, which encrypts now, did not encrypt.</summary>
    public async Task<ReprotectionPass> RunAsync(IReprotectable column, Guid key, CancellationToken cancellation)
    {
        var pass = new ReprotectionPass();
        var place = "(0,0)";
        while (true)
        {
            var rows = await ReadAsync(column, Ciphertext.HeadOf(key), place, cancellation);
            if (rows.Count == 0) return pass;
            place = rows[^1].Place;
            var again = rows.Select(row => (Row: row, New: Again(column, row))).ToList();
            var written = await WriteAsync(column, [.. again.Where(pair => pair.New is not null)], cancellation);
            pass = new(pass.Done + written, pass.Unreadable + again.Count(pair => pair.New is null));
        }
    }

    private static byte[]? Again(IReprotectable column, Row row)
    {
        try
        {
            var protector = column.Protector(row.Of);
            return protector.Protect(protector.Unprotect(row.Ciphertext));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    // By place rather than by a key of its own: each table has another one. What is written goes to another place, and is then passed over.
    private async Task<List<Row>> ReadAsync(IReprotectable column, byte[] head, string after, CancellationToken cancellation)
    {
        var of = string.Join(", ", column.Of.Select(expression => $"({expression})::text"));
        await using var command = dataSource.CreateCommand($"""
            select t.ctid::text, t.{column.Column}, {of}
            from bridge.{column.Table} t
            where t.ctid > $1::tid and t.{column.Column} is not null and substr(t.{column.Column}, 1, {Ciphertext.HeadBytes}) <> $2
            order by t.ctid
            limit {Batch}
            """);
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = head });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<Row>();
        while (await reader.ReadAsync(cancellation))
        {
            string[] values = [.. Enumerable.Range(2, column.Of.Count).Select(reader.GetString)];
            rows.Add(new(reader.GetString(0), reader.GetFieldValue<byte[]>(1), values));
        }

        return rows;
    }

    private async Task<int> WriteAsync(IReprotectable column, List<(Row Row, byte[]? New)> rows, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand($"""
            update bridge.{column.Table} t
            set {column.Column} = n.after
            from unnest($1, $2, $3) n (place, before, after)
            where t.ctid = n.place::tid and t.{column.Column} = n.before
            """);
        command.Parameters.Add(new() { Value = rows.ConvertAll(pair => pair.Row.Place).ToArray() });
        command.Parameters.Add(new() { Value = rows.ConvertAll(pair => pair.Row.Ciphertext).ToArray() });
        command.Parameters.Add(new() { Value = rows.ConvertAll(pair => pair.New!).ToArray() });
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private sealed record Row(string Place, byte[] Ciphertext, string[] Of);
}
