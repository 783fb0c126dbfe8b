using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace Kyy.Bridge.Secrets;

/// <summary>
/// The keys that secrets are encrypted with, in PostgreSQL, where every replica and every backup has them. Keys are never removed:
/// what an old one encrypted has to stay readable.
/// </summary>
internal sealed class KeyRingStore(NpgsqlDataSource dataSource) : IXmlRepository
{
    /// <inheritdoc />
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = dataSource.CreateCommand("select xml from bridge.data_protection_keys order by id");
        using var reader = command.ExecuteReader();
        var elements = new List<XElement>();
        while (reader.Read()) elements.Add(XElement.Parse(reader.GetString(0)));
        return elements;
    }

    /// <inheritdoc />
    public void StoreElement(XElement element, string friendlyName)
    {
        using var command = dataSource.CreateCommand("insert into bridge.data_protection_keys (xml) values ($1)");
        command.Parameters.Add(new() { Value = RingElement.Text(element) });
        command.ExecuteNonQuery();
    }

    /// <summary>The keys of the ring, each with its row, in the order in which they were made.</summary>
    public async Task<IReadOnlyList<RingRow>> ReadAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand("select id, xml from bridge.data_protection_keys order by id");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<RingRow>();
        while (await reader.ReadAsync(cancellation)) rows.Add(new(reader.GetInt32(0), XElement.Parse(reader.GetString(1))));
        return rows.FindAll(row => RingElement.IsKey(row.Key));
    }

    /// <summary>Which keys there are, in one number that grows with each.</summary>
    public async Task<int> NewestAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand("select coalesce(max(id), 0) from bridge.data_protection_keys");
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Writes the same key again, protected otherwise.</summary>
    public async Task ReplaceAsync(RingRow row, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand("update bridge.data_protection_keys set xml = $2 where id = $1");
        command.Parameters.Add(new() { Value = row.Id });
        command.Parameters.Add(new() { Value = RingElement.Text(row.Key) });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>A key of the ring as it is stored.</summary>
internal sealed record RingRow(int Id, XElement Key);
