namespace Kyy.Bridge.Outcomes;

/// <summary>Who gets a task's event, in SQL: one rule for every statement that makes deliveries of them.</summary>
internal static class EventRecipients
{
    /// <summary>
    /// That an endpoint <c>ep</c> wants events of a task <c>t</c>, as far as the family goes: all, or those that it names. A task whose
    /// model is not known counts as one of the family <c>default</c>.
    /// </summary>
    public const string OfFamily = "(ep.families is null or coalesce(t.family, 'default') = any (ep.families))";

    /// <summary>
    /// For statements that have the events as <c>made</c> (id, client_id, task_id, type): a row <c>wanted</c> for each delivery.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A callback whose URL is that of a matching endpoint is sent as the endpoint's, once. Where that endpoint is disabled it is made all
    /// the same and waits with it: somebody asked for this one by name. What else a disabled endpoint would get is not made.
    /// </para>
    /// <para>
    /// <c>calm</c> is whether nothing could make it wait: no failure before, no patience asked for, no rate limit, not disabled. For each
    /// event one probe of <c>endpoints_client</c>; arrays, because a join of two lists without statistics is planned as a loop.
    /// </para>
    /// </remarks>
    public const string Wanted = $$"""
        told as materialized (
            select m.id, m.client_id, m.task_id, m.type, l.*
            from made m
            join bridge.tasks t on t.id = m.task_id
            cross join lateral (
                select coalesce(array_agg(ep.id), '{}') as endpoints, coalesce(array_agg(ep.url), '{}') as urls,
                       array_agg(d.id) as destinations, array_agg(ep.status = 'enabled') as enabled,
                       array_agg(ep.rate_limit_per_second is null and d.consecutive_failures = 0
                                 and coalesce(d.slow_until <= now(), true)) as calm
                from bridge.endpoints ep
                join bridge.destinations d on d.endpoint_id = ep.id
                where ep.client_id = m.client_id and ep.deleted_at is null and m.type = any (ep.events) and {{OfFamily}}
            ) l
        ), wanted as (
            select t.id as event_id, t.client_id, t.task_id, ep.id as callback_id, ep.id as endpoint_id, ep.destination, ep.url,
                   ep.calm and ep.enabled as calm
            from told t
            cross join lateral unnest(t.endpoints, t.urls, t.destinations, t.enabled, t.calm) ep (id, url, destination, enabled, calm)
            where ep.enabled or exists (
                select 1 from bridge.task_callbacks c
                where c.task_id = t.task_id and c.url = ep.url and t.type = any (c.events) and c.disabled_at is null)
            union all
            select t.id, t.client_id, t.task_id, c.id, null, c.destination, c.url,
                   d.consecutive_failures = 0 and coalesce(d.slow_until <= now(), true)
            from told t
            join bridge.task_callbacks c on c.task_id = t.task_id and t.type = any (c.events) and c.disabled_at is null
            join bridge.destinations d on d.id = c.destination
            where c.url <> all (t.urls)
        )
        """;
}
