using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Endpoints;

/// <summary>Rows of endpoints as a test wants them, beside what the API makes.</summary>
internal static class EndpointRows
{
    private const string DeliverySql = """
        with event as (
            insert into bridge.events (id, client_id, type, created_at, payload)
            select bridge.new_id(), client_id, 'endpoint.disabled', now(), convert_to('{"type":"endpoint.disabled"}', 'UTF8')
            from bridge.endpoints where id = $1
            returning id, client_id
        )
        insert into bridge.deliveries (id, event_id, client_id, callback_id, endpoint_id, destination, url, created_at, next_attempt_at)
        select bridge.new_id(), e.id, e.client_id, $1, $1, d.id, 'https://elsewhere.example.test/', now(), now() + $2
        from event e join bridge.destinations d on d.endpoint_id = $1
        returning id
        """;

    /// <summary>A pending delivery to an endpoint, of an event about no task.</summary>
    public static Task<Guid> PendingAsync(this TestDatabase database, Guid endpoint, TimeSpan dueIn = default) =>
        database.ScalarAsync<Guid>(DeliverySql, endpoint, dueIn);

    /// <summary>State, attempts and the words of the attempts of a delivery.</summary>
    public static Task<string> DeliveryAsync(this TestDatabase database, Guid delivery) => database.ScalarAsync<string>(
        """
        select concat_ws(' ', d.state, (select string_agg(coalesce(a.error, a.status_code::text), ',' order by a.number)
                                        from bridge.delivery_attempts a where a.delivery_id = d.id))
        from bridge.deliveries d where d.id = $1
        """,
        delivery);

    /// <summary>Marks an endpoint's destination as one that has failed for long.</summary>
    public static Task<int> FailAsync(this TestDatabase database, Guid endpoint) => database.ExecuteAsync(
        """
        update bridge.destinations
        set consecutive_failures = 9, failing_since = now() - interval '6 days', last_failure = '503',
            slow_until = now() + interval '1 hour', slow_steps = 4, rate_next_at = now() + interval '1 minute'
        where endpoint_id = $1
        """,
        endpoint);

    /// <summary>What is known of an endpoint's health; empty where nothing is.</summary>
    public static Task<string> HealthAsync(this TestDatabase database, Guid endpoint) => database.ScalarAsync<string>(
        """
        select concat_ws(' ', nullif(consecutive_failures, 0), failing_since, last_failure, slow_until, nullif(slow_steps, 0), rate_next_at)
        from bridge.destinations where endpoint_id = $1
        """,
        endpoint);

    /// <summary>Disables an endpoint as the service does it by itself.</summary>
    public static Task<int> DisableAsync(this TestDatabase database, Guid endpoint, string reason) => database.ExecuteAsync(
        "update bridge.endpoints set status = 'disabled', disabled_reason = $2, disabled_at = now() - interval '1 day' where id = $1",
        endpoint, reason);
}
