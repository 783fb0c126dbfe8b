-- Least rights for the bridge's database. To be run by a superuser, in the database of the bridge:
--
--   psql --dbname bridge --set ON_ERROR_STOP=1 --single-transaction --file deploy/postgres/roles.sql
--
-- before the first `migrate`, after it, and after every later one: what people may read is named table by table, so that a table
-- nobody has looked at yet stays closed. Running it again changes nothing else. It also takes over a schema that another role has
-- made, or a restore.
--
--   bridge_migrator  owns the schemas bridge and hangfire; what the verbs `migrate` and `keys rotate` connect as, and nothing else
--   bridge_service   reads and writes rows; what `serve` and `keys create` connect as
--   bridge_reader    reads what people need to see, and no secret
--
-- None of them can log in until it is let in, by psql's \password, which sends a hash and leaves no trace in a history:
--
--   alter role bridge_migrator login; alter role bridge_service login;
--   \password bridge_migrator
--   \password bridge_service
--   create role anna login in role bridge_reader;   -- for each person one of their own
--   \password anna
--
-- A role that is only a member of bridge_migrator would own what it makes, and none of the rights below would follow. Where such a
-- role is wanted all the same: alter role x set role bridge_migrator.

do $$
declare
    name text;
begin
    foreach name in array array['bridge_migrator', 'bridge_service', 'bridge_reader'] loop
        if not exists (select from pg_roles where rolname = name) then execute format('create role %I', name); end if;
    end loop;

    -- To PUBLIC belongs every role of the server, those of other databases included.
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to bridge_migrator, bridge_service, bridge_reader', current_database());
end
$$;

revoke all on schema public from public;

create schema if not exists bridge;
create schema if not exists hangfire;
alter schema bridge owner to bridge_migrator;
alter schema hangfire owner to bridge_migrator;

do $$
declare
    statement text;
begin
    for statement in
        select format('alter table %s owner to bridge_migrator', oid::regclass)
        from pg_class
        where relnamespace in ('bridge'::regnamespace, 'hangfire'::regnamespace)
          and relkind in ('r', 'p', 'v') and relowner <> 'bridge_migrator'::regrole
        union all
        select format('alter routine %s owner to bridge_migrator', oid::regprocedure)
        from pg_proc
        where pronamespace in ('bridge'::regnamespace, 'hangfire'::regnamespace) and proowner <> 'bridge_migrator'::regrole
    loop
        execute statement;
    end loop;
end
$$;

-- The service: rows, in what is there and in whatever a migration makes. No DDL, no TRUNCATE, and functions only by name.
grant usage on schema bridge, hangfire to bridge_service;
grant select, insert, update, delete on all tables in schema bridge, hangfire to bridge_service;
grant usage on all sequences in schema bridge, hangfire to bridge_service;
revoke execute on all routines in schema bridge, hangfire from public;
grant execute on all routines in schema bridge, hangfire to bridge_service;

alter default privileges for role bridge_migrator revoke execute on routines from public;
alter default privileges for role bridge_migrator in schema bridge grant select, insert, update, delete on tables to bridge_service;
alter default privileges for role bridge_migrator in schema bridge grant usage on sequences to bridge_service;
alter default privileges for role bridge_migrator in schema bridge grant execute on routines to bridge_service;
alter default privileges for role bridge_migrator in schema hangfire grant select, insert, update, delete on tables to bridge_service;
alter default privileges for role bridge_migrator in schema hangfire grant usage on sequences to bridge_service;
alter default privileges for role bridge_migrator in schema hangfire grant execute on routines to bridge_service;

-- People. The arguments of jobs carry neither secrets nor URLs, so that all of Hangfire's tables may be read.
grant usage on schema bridge, hangfire to bridge_reader;
grant select on all tables in schema hangfire to bridge_reader;
alter default privileges for role bridge_migrator in schema hangfire grant select on tables to bridge_reader;

do $$
begin
    if to_regclass('bridge.migrations') is null then
        raise notice 'There are no tables yet. Run migrate, then this file again: bridge_reader can read nothing before.';
        return;
    end if;

    -- Only `migrate` and `keys rotate` write these three. A lost key of the ring would take with it every secret that it encrypts.
    revoke insert, update, delete on bridge.migrations, bridge.data_protection_keys, bridge.instance_secrets from bridge_service;

    grant select on
        bridge.clients, bridge.lanes, bridge.slots, bridge.tasks, bridge.task_callbacks, bridge.destinations, bridge.events,
        bridge.deliveries, bridge.delivery_attempts, bridge.model_durations, bridge.replicas, bridge.replays,
        bridge.holds, bridge.past_holds, bridge.feed_state, bridge.migrations
        to bridge_reader;

    -- Without api_keys.hash, signing_secrets.ciphertext, those of endpoints and their headers, what was answered under an Idempotency-Key, and all of data_protection_keys
    -- and instance_secrets.
    grant select (id, client_id, name, prefix, created_at, expires_at, revoked_at, last_used_at) on bridge.api_keys to bridge_reader;
    grant select (id, client_id, name, created_at, budget_id, base_url, max_requests_per_second, set_at)
        on bridge.upstream_keys to bridge_reader;
    grant select (id, state, state_since, reason, status_code, paused_until, reopened_at, probe_until, trips, pace, ceiling, pace_at)
        on bridge.upstream_budgets to bridge_reader;
    grant select (id, client_id, created_at, valid_until) on bridge.signing_secrets to bridge_reader;
    grant select (id, client_id, url, host, events, families, description, rate_limit_per_second, header_names, status, disabled_reason,
        disabled_at, created_at, deleted_at) on bridge.endpoints to bridge_reader;
    grant select (id, endpoint_id, created_at, valid_until) on bridge.endpoint_secrets to bridge_reader;
    grant select (owner, method, path, key, created_at, status) on bridge.idempotency_keys to bridge_reader;
end
$$;
