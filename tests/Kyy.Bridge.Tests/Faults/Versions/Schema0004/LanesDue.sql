select l.id, l.tier, l.upstream_key_id, b.id, l.failures > 0, d.client_id, d.fresh, d.next_due - coalesce($2, now()), p.paused_for,
       d.client_id is not null and exists (select 1 from bridge.past_holds h where h.ended_at > now() - interval '1 day' and (h.client_id is null or h.client_id = who.client)
and (h.host is null or h.host in (
    translate(regexp_replace(substring(who.url from '://([^/?#]+)'), ':[0-9]+$', ''), '[]', ''),
    translate(substring(who.url from '://([^/?#]+)'), '[]', ''),
    translate(substring(who.url from '://([^/?#]+)'), '[]', '') || case when who.url like 'https:%' then ':443' else ':80' end)))
from bridge.lanes l
join bridge.upstream_keys k on k.id = l.upstream_key_id
join bridge.upstream_budgets b on b.id = k.budget_id
cross join lateral (select greatest(b.paused_until, b.probe_until) - coalesce($2, now()) as paused_for) p
left join lateral (
    with recursive turns as (
        (select s.client_id, s.fresh, s.next_due
         from bridge.slots s
         where s.lane = l.id and (b.paused_until is null or p.paused_for <= interval '0')
         order by s.client_id, s.fresh, s.next_due
         limit 1)
        union all
        select n.client_id, n.fresh, n.next_due
        from turns t
        cross join lateral (
            select s.client_id, s.fresh, s.next_due
            from bridge.slots s
            where s.lane = l.id and (s.client_id, s.fresh) > (t.client_id, t.fresh)
            order by s.client_id, s.fresh, s.next_due
            limit 1
        ) n
    )
    select * from turns
) d on true
cross join lateral (select d.client_id as client, coalesce(k.base_url, $4) as url) who
where case when $3::text[] is null then l.family = $1 else l.family <> all ($3) end
  and case when d.client_id is null then p.paused_for > interval '0' else not exists (select 1 from bridge.holds h where h.what = 'polling' and (h.client_id is null or h.client_id = who.client)
and (h.host is null or h.host in (
    translate(regexp_replace(substring(who.url from '://([^/?#]+)'), ':[0-9]+$', ''), '[]', ''),
    translate(substring(who.url from '://([^/?#]+)'), '[]', ''),
    translate(substring(who.url from '://([^/?#]+)'), '[]', '') || case when who.url like 'https:%' then ':443' else ':80' end))) end
