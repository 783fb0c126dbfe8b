using System.Globalization;
using System.Text.Json.Nodes;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Persistence;
using Npgsql;

namespace Kyy.Bridge.Tasks.Concerns;

/// <summary>Endpoints that are disabled, and those whose last attempts failed.</summary>
internal static class EndpointConcerns
{
    // One failed attempt is everyday life.
    private const int ManyFailures = 3;

    // Index endpoints_client, and the unique one on destinations.endpoint_id.
    private const string Sql = """
        select ep.id, ep.client_id, ep.status, ep.disabled_at, ep.disabled_reason, d.failing_since, coalesce(d.consecutive_failures, 0),
               d.last_failure
        from bridge.endpoints ep
        left join bridge.destinations d on d.endpoint_id = ep.id
        where {whose} and ep.deleted_at is null and (ep.status = 'disabled' or d.consecutive_failures >= $3)
        order by ep.status, coalesce(ep.disabled_at, d.failing_since), ep.id
        limit $2
        """;

    public static Task<List<AttentionItem>> ReadAsync(Concern concern, CancellationToken cancellation) =>
        concern.ReadAsync(Sql, "ep.client_id", row => Item(concern, row), cancellation, new NpgsqlParameter { Value = ManyFailures });

    private static AttentionItem Item(Concern concern, NpgsqlDataReader row)
    {
        var (id, failures) = (TypeId.Format(TypeId.Endpoint, row.GetGuid(0)), row.GetInt32(6));
        var isDisabled = row.GetString(2) == WebhookEndpoint.Disabled;
        var reason = row.IsDBNull(isDisabled ? 4 : 7) ? "unknown" : row.GetString(isDisabled ? 4 : 7);
        var since = isDisabled ? 3 : 5;
        return new()
        {
            Kind = isDisabled ? AttentionKinds.EndpointDisabled : AttentionKinds.EndpointFailing,
            Severity = isDisabled ? Concern.Error : Concern.Warning,
            Count = Math.Max(1, failures),
            Subject = id,
            Since = row.IsDBNull(since) ? null : row.GetFieldValue<DateTimeOffset>(since),
            Detail = isDisabled
                ? $"The endpoint is disabled ({reason}): it gets nothing. Enabled again with catch_up it gets what it has missed."
                : $"The last {failures.ToString(CultureInfo.InvariantCulture)} attempts failed ({reason}); a test shows what it answers.",
            Mend = isDisabled
                ? Concern.Mend("POST", $"/v1/endpoints/{id}/enable", new JsonObject { ["catch_up"] = true })
                : Concern.Mend("POST", $"/v1/endpoints/{id}/test"),
            ClientId = concern.NameOf(row.GetGuid(1)),
        };
    }
}
