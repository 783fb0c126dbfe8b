using System.Text.Json.Nodes;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Tasks.Concerns;

/// <summary>What an operator holds: whoever looks for what does not move should find it.</summary>
internal static class HoldConcerns
{
    private const string Sql = """
        select h.what, h.client_id, h.host, h.created_at
        from bridge.holds h
        where {whose} or h.client_id is null
        order by h.created_at, h.id
        limit $2
        """;

    public static Task<List<AttentionItem>> ReadAsync(Concern concern, CancellationToken cancellation) =>
        concern.ReadAsync(Sql, "h.client_id", row => Item(concern, row), cancellation);

    private static AttentionItem Item(Concern concern, NpgsqlDataReader row)
    {
        var (what, since) = (row.GetString(0), row.GetFieldValue<DateTimeOffset>(3));
        Guid? client = row.IsDBNull(1) ? null : row.GetGuid(1);
        var host = row.IsDBNull(2) ? null : row.GetString(2);
        return new()
        {
            Kind = AttentionKinds.Held,
            Severity = Concern.Warning,
            Count = 1,
            Subject = host ?? what,
            Since = since,
            Detail = $"The operator has held {what}{(host is null ? "" : $" to {host}")} since {WireTime.Format(since)}: "
                + "nothing is missed, all of it waits.",
            // Only an admin can release it.
            Mend = concern.IsAdmin ? Concern.Mend("POST", "/v1/admin/release", Body(what, client, host)) : null,
            ClientId = concern.NameOf(client),
        };
    }

    private static JsonObject Body(string what, Guid? client, string? host)
    {
        var body = new JsonObject { ["what"] = what };
        if (client is { } id) body["client"] = TypeId.Format(TypeId.Client, id);
        if (host is not null) body["host"] = host;
        return body;
    }
}
