using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Kyy.Bridge.Persistence.Migrations;

/// <summary>
/// The first schema. It is SQL rather than EF's builder, because the CHECK constraints and partial indexes are the point of it:
/// they hold the two state machines (a task, a delivery), and every index names the one statement that it serves.
/// </summary>
[DbContext(typeof(BridgeDbContext))]
[Migration("0001_initial_schema")]
internal sealed class M0001InitialSchema : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(Identities);
        migrationBuilder.Sql(Tasks);
        migrationBuilder.Sql(Deliveries);
        migrationBuilder.Sql(Housekeeping);
    }

    // The schema itself is made by the migrator, which keeps EF's history in it.
    private const string Identities = """
        -- A UUIDv7 for rows whose number is known only inside a statement: random, with the first 48 bits replaced by the
        -- time in milliseconds and the version's nibble turned from 4 to 7. PostgreSQL has uuidv7() only from 18 on.
        create function bridge.new_id() returns uuid language sql volatile as $$
            select encode(set_bit(set_bit(overlay(
                uuid_send(gen_random_uuid())
                placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
                52, 1), 53, 1), 'hex')::uuid
            $$;

        create table bridge.clients (
            id                   uuid        primary key,
            name                 text        not null check (length(name) between 1 and 200),
            may_use_operator_key boolean     not null,
            created_at           timestamptz not null,
            deleted_at           timestamptz
        );

        create table bridge.api_keys (
            id         uuid        primary key,
            client_id  uuid        references bridge.clients,
            name       text,
            hash       bytea       not null check (octet_length(hash) = 32),
            prefix     text        not null,
            created_at timestamptz not null,
            expires_at timestamptz,
            revoked_at timestamptz,
            -- A key without a client is an admin's.
            check (client_id is not null or name is not null)
        );
        -- Authentication.
        create unique index api_keys_hash on bridge.api_keys (hash);
        -- The keys of a client.
        create index api_keys_client on bridge.api_keys (client_id) where client_id is not null;

        create table bridge.upstream_keys (
            id         uuid        primary key,
            client_id  uuid        references bridge.clients,
            name       text        not null,
            created_at timestamptz not null
        );
        -- `unique nulls not distinct` would say it better, from PostgreSQL 15 on.
        create unique index upstream_keys_name on bridge.upstream_keys
            (coalesce(client_id, '00000000-0000-0000-0000-000000000000'), name);
        -- The operator's own key: its value stays in configuration, only its identity is a row.
        insert into bridge.upstream_keys (id, client_id, name, created_at)
        values ('00000000-0000-7000-8000-000000000001', null, 'default', now());

        create table bridge.signing_secrets (
            id          uuid        primary key,
            client_id   uuid        not null references bridge.clients,
            ciphertext  bytea       not null,
            created_at  timestamptz not null,
            -- Null for the one that new receivers are given; a moment for one that was rotated out.
            valid_until timestamptz
        );
        create unique index signing_secrets_current on bridge.signing_secrets (client_id) where valid_until is null;
        """;

    private const string Tasks = """
        create table bridge.lanes (
            id                     integer  generated always as identity primary key,
            upstream_key_id        uuid     not null references bridge.upstream_keys,
            family                 text     not null,
            tier                   text     not null check (tier in ('default', 'flex')),
            -- What went wrong for all of the lane: an outage must not rewrite a million tasks a round.
            failures               integer  not null default 0,
            last_failure_at        timestamptz,
            last_failure_kind      text,
            last_failure_status    integer,
            unique (upstream_key_id, family, tier)
        );

        create table bridge.slots (
            id       bigint      generated always as identity primary key,
            lane     integer     not null references bridge.lanes,
            -- Never later than the earliest next_poll_at of the slot's tasks; earlier is harmless.
            next_due timestamptz not null
        );
        -- ClaimDueTasks, LanesDue.
        create index slots_due on bridge.slots (lane, next_due);

        create table bridge.tasks (
            id                   uuid        primary key,
            client_id            uuid        not null,
            upstream_key_id      uuid        not null,
            task_id              text        not null,
            -- Null until the upstream has named a model, unless the caller named the family.
            family               text,
            family_given         boolean     not null,
            service_tier         text        not null check (service_tier in ('default', 'flex')),
            service_tier_given   boolean     not null,
            reference            text,
            metadata             bytea,
            deadline_seconds     integer,
            registered_at        timestamptz not null,
            deadline_at          timestamptz not null,
            superseded_at        timestamptz,
            erased_at            timestamptz,
            -- Whether a callback asked for task.queued or task.processing: their bytes are made for nobody else.
            transitions          boolean     not null default false,

            status               text        not null default 'registered',
            model                text,
            upstream_created_at  timestamptz,
            slot_id              bigint,
            next_poll_at         timestamptz,
            last_polled_at       timestamptz,
            polls                integer     not null default 0,
            not_found            integer     not null default 0,
            url_missing          integer     not null default 0,
            consecutive_failures integer     not null default 0,
            last_failure_at      timestamptz,
            last_failure_kind    text,
            last_failure_status  integer,
            last_failure_detail  text,

            ended_at             timestamptz,
            -- The transaction of RecordOutcomes or RecordReadings that changed the row last: its second statement finds its own by it.
            batch                uuid,
            video_urls           text[]      not null default '{}',
            video_url_expires_at timestamptz,
            actual_duration      numeric,
            error_code           text,
            error_message        text,
            warnings             text[]      not null default '{}',

            check (status in ('registered', 'queued', 'processing', 'completed', 'completed_without_url', 'failed',
                              'cancelled', 'expired', 'lost', 'timed_out', 'stopped')),
            -- The state machine: a task is in flight (filed, due, no end) or it has ended (neither filed nor due).
            check ((ended_at is null) = (status in ('registered', 'queued', 'processing'))),
            check ((ended_at is null) = (next_poll_at is not null)),
            check ((ended_at is null) = (slot_id is not null)),
            check ((status = 'completed') <= (cardinality(video_urls) > 0 or erased_at is not null)),
            check (superseded_at is null or ended_at is not null)
        -- Room on every page for the next version of a row, so that moving next_poll_at stays a HOT update.
        ) with (fillfactor = 70);
        -- InsertTasks: the natural key of the one registration that is current.
        create unique index tasks_natural on bridge.tasks (client_id, upstream_key_id, task_id) where superseded_at is null;
        -- ClaimDueTasks: the members of a slot. No index covers next_poll_at: see above.
        create index tasks_slot on bridge.tasks (slot_id) where slot_id is not null;
        -- GET /v1/tasks.
        create index tasks_of_client on bridge.tasks (client_id, registered_at desc, id desc);
        create index tasks_all on bridge.tasks (registered_at desc, id desc);
        create index tasks_reference on bridge.tasks (client_id, reference) where reference is not null;
        -- Pruner.
        create index tasks_ended on bridge.tasks (ended_at) where ended_at is not null;

        create table bridge.destinations (
            id        integer generated always as identity primary key,
            client_id uuid    not null references bridge.clients,
            host      text    not null,
            unique (client_id, host)
        );

        create table bridge.task_callbacks (
            id          uuid        primary key,
            task_id     uuid        not null references bridge.tasks on delete cascade,
            url         text        not null,
            destination integer     not null references bridge.destinations,
            events      text[]      not null,
            created_at  timestamptz not null,
            -- Set when the receiver answered 410.
            disabled_at timestamptz,
            unique (task_id, url)
        );
        """;

    private const string Deliveries = """
        create table bridge.events (
            id              uuid        primary key,
            client_id       uuid        not null,
            task_id         uuid        references bridge.tasks on delete cascade,
            type            text        not null,
            created_at      timestamptz not null,
            -- The exact bytes that are signed and sent, in every attempt and to every destination.
            payload         bytea       not null check (octet_length(payload) <= 20480),
            link_expires_at timestamptz,
            -- The feed pages by it: a sequence would show a gap that a slower writer fills later.
            xid             xid8        not null default pg_current_xact_id()
        );
        -- The events of a task: a late callback.
        create index events_task on bridge.events (task_id);
        -- Pruner.
        create index events_age on bridge.events (created_at);

        create table bridge.deliveries (
            id              uuid        primary key,
            event_id        uuid        not null references bridge.events on delete cascade,
            client_id       uuid        not null,
            task_id         uuid        not null,
            callback_id     uuid        not null,
            destination     integer     not null,
            url             text        not null,
            state           text        not null default 'pending' check (state in ('pending', 'delivered', 'dead', 'cancelled')),
            created_at      timestamptz not null,
            -- When it may be claimed: the next retry, or the end of the lease that it is under.
            next_attempt_at timestamptz,
            leased_until    timestamptz,
            -- Raised by every claim; a settle that carries an older one owns the row no more.
            claim           integer     not null default 0,
            attempts        integer     not null default 0,
            -- Claims since the last settle: a delivery that kills its worker must not do so for ever.
            unsettled       integer     not null default 0,
            ended_at        timestamptz,
            dead_reason     text,

            check ((state = 'pending') = (ended_at is null)),
            check ((state = 'pending') = (next_attempt_at is not null)),
            check (leased_until is null or state = 'pending'),
            -- The same end reaches one callback once, whatever raced to make the delivery.
            unique (event_id, callback_id)
        ) with (fillfactor = 80);
        -- ClaimDueDeliveries, DestinationsDue.
        create index deliveries_due on bridge.deliveries (destination, next_attempt_at) where state = 'pending';
        -- The counts in a task's answer; cancelling when a task is stopped.
        create index deliveries_task on bridge.deliveries (task_id);
        -- Pruner. By the age and not by the end: an index on ended_at would make every settle touch it.
        create index deliveries_age on bridge.deliveries (created_at);

        create table bridge.delivery_attempts (
            delivery_id   uuid        not null references bridge.deliveries on delete cascade,
            number        integer     not null,
            started_at    timestamptz not null,
            duration_ms   integer     not null,
            status_code   integer,
            error         text,
            response_body bytea,
            primary key (delivery_id, number),
            check ((status_code is null) <> (error is null))
        );
        """;

    private const string Housekeeping = """
        create table bridge.idempotency_keys (
            owner       uuid        not null,
            method      text        not null,
            path        text        not null,
            key         text        not null,
            fingerprint bytea       not null check (octet_length(fingerprint) = 32),
            created_at  timestamptz not null,
            -- The first answer; null where the route is idempotent by nature and answers anew.
            status      integer,
            location    text,
            body        bytea,
            primary key (owner, method, path, key)
        );
        -- Pruner.
        create index idempotency_keys_age on bridge.idempotency_keys (created_at);

        create table bridge.data_protection_keys (
            id  integer generated always as identity primary key,
            xml text    not null
        );
        """;
}
