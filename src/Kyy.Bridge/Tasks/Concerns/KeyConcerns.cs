using System.Text.Json.Nodes;
using Kyy.Bridge.Client.Contracts;
using Npgsql;

namespace Kyy.Bridge.Tasks.Concerns;

/// <summary>Upstream keys that are refused or left alone: a client's own, and the operator's where its tasks wait for it.</summary>
internal static class KeyConcerns
{
    // Few rows: a budget for each value of a key. The operator's key by index slots_turns, one probe for each of its lanes.
    private const string Sql = """
        select k.name, k.client_id, k.base_url, b.state, b.state_since, b.reason, b.status_code, k.max_requests_per_second
        from bridge.upstream_budgets b
        join bridge.upstream_keys k on k.budget_id = b.id and (k.client_id is null or k.ciphertext is not null)
        where b.state <> 'active' and ({whose} or ($1 is not null and k.client_id is null and exists (
            select 1 from bridge.lanes l join bridge.slots s on s.lane = l.id where l.upstream_key_id = k.id and s.client_id = $1)))
        order by b.state, b.state_since, k.id
        limit $2
        """;

    public static Task<List<AttentionItem>> ReadAsync(Concern concern, int usualRate, CancellationToken cancellation) =>
        concern.ReadAsync(Sql, "k.client_id", row => Item(concern, row, usualRate), cancellation);

    private static AttentionItem Item(Concern concern, NpgsqlDataReader row, int usualRate)
    {
        var key = new Key(
            row.GetString(0), row.IsDBNull(1) ? null : row.GetGuid(1), row.IsDBNull(2) ? null : row.GetString(2),
            row.GetString(3) == UpstreamKeyStates.Rejected, row.IsDBNull(5) ? null : row.GetString(5),
            row.IsDBNull(6) ? null : row.GetInt32(6), row.IsDBNull(7) ? null : row.GetInt32(7));
        return new()
        {
            Kind = key.IsRejected ? AttentionKinds.UpstreamKeyRejected : AttentionKinds.UpstreamKeyThrottled,
            Severity = key.IsRejected ? Concern.Error : Concern.Warning,
            Count = 1,
            Subject = key.Name,
            Since = row.GetFieldValue<DateTimeOffset>(4),
            Detail = Detail(key),
            Mend = Mend(key, usualRate),
            ClientId = concern.NameOf(key.Client),
        };
    }

    private static string Detail(Key key)
    {
        var owner = key.Client is null ? "the operator's key" : "the key";
        if (key.IsRejected)
        {
            var remedy = key.Client is null ? "the operator has to set another one in Bridge:Upstream:ApiKey" : "replace it";
            return $"The upstream refuses {owner} '{key.Name}' ({key.StatusCode}): its tasks and their deadlines wait; {remedy}.";
        }

        return key.IsTooFast
            ? $"The upstream asks for fewer requests with {owner} '{key.Name}': its tasks wait now and then; a lower limit avoids that."
            : $"The upstream gives no usable answer with {owner} '{key.Name}' ({key.Reason}): its tasks wait; it goes on by itself.";
    }

    private static AttentionMend? Mend(Key key, int usualRate)
    {
        if (key.Client is null || !(key.IsRejected || key.IsTooFast)) return null;
        var limit = key.IsRejected ? key.Limit : Math.Max(1, (key.Limit ?? usualRate) / 2);
        var body = new JsonObject { ["key"] = key.IsRejected ? "<another key>" : "<the same key>", ["base_url"] = key.BaseUrl };
        if (limit is { } perSecond) body["max_requests_per_second"] = perSecond;
        return Concern.Mend("PUT", $"/v1/upstream-keys/{key.Name}", body);
    }

    private sealed record Key(string Name, Guid? Client, string? BaseUrl, bool IsRejected, string? Reason, int? StatusCode, int? Limit)
    {
        public bool IsTooFast => Reason == "throttled";
    }
}
