using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Kyy.Bridge.Persistence.Migrations;

/// <summary>
/// Endpoints with secrets of their own, the health of destinations, deliveries that start a schedule anew, replays, the order of the
/// event feed, holds, and what a task's timeline tells. It only adds: a process of the version before goes on with this schema.
/// </summary>
[DbContext(typeof(BridgeDbContext))]
[Migration("0003_public_surface")]
internal sealed class M0003PublicSurface : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(Endpoints);
        migrationBuilder.Sql(Destinations);
        migrationBuilder.Sql(Deliveries);
        migrationBuilder.Sql(Feed);
        migrationBuilder.Sql(Replays);
        migrationBuilder.Sql(Tasks);
        migrationBuilder.Sql(Keys);
    }

    private const string Endpoints = """
        create table bridge.endpoints (
            id                    uuid        primary key,
            client_id             uuid        not null references bridge.clients,
            url                   text        not null,
            -- The URL's host as bare callbacks' destinations have it: both draw on the same share of connections.
            host                  text        not null,
            events                text[]      not null,
            -- Null for all of them.
            families              text[],
            description           text,
            rate_limit_per_second integer,
            -- Of the extra headers: what is shown, and the values, encrypted.
            header_names          text[]      not null default '{}',
            headers               bytea,
            status                text        not null default 'enabled' check (status in ('enabled', 'disabled')),
            disabled_reason       text,
            disabled_at           timestamptz,
            created_at            timestamptz not null,
            -- The row stays for the deliveries that name it; its secrets and headers go.
            deleted_at            timestamptz,
            check ((status = 'disabled') = (disabled_at is not null)),
            check ((headers is null) = (cardinality(header_names) = 0) or deleted_at is not null)
        );
        -- The endpoints of a client: lists, and who wants an event.
        create index endpoints_client on bridge.endpoints (client_id, created_at desc, id desc) where deleted_at is null;

        create table bridge.endpoint_secrets (
            id          uuid        primary key,
            endpoint_id uuid        not null references bridge.endpoints,
            ciphertext  bytea       not null,
            created_at  timestamptz not null,
            -- Null for the one that new receivers are given; a moment for one that was rotated out.
            valid_until timestamptz
        );
        create unique index endpoint_secrets_current on bridge.endpoint_secrets (endpoint_id) where valid_until is null;
        create index endpoint_secrets_endpoint on bridge.endpoint_secrets (endpoint_id);
        """;

    private const string Destinations = """
        -- The health of a destination: one update for each in a batch of settles.
        alter table bridge.destinations
            -- Null for a client's host. An endpoint has a destination of its own, whose `host` is the endpoint's id as the API writes it.
            add column endpoint_id          uuid unique references bridge.endpoints,
            add column consecutive_failures integer     not null default 0,
            -- The first failure since the last success.
            add column failing_since        timestamptz,
            add column last_attempt_at      timestamptz,
            add column last_failure         text,
            -- No attempt before it: the receiver asked for patience, or answered 429, 502, 503 or 504.
            add column slow_until           timestamptz,
            -- Slow-downs in a row, each longer than the one before.
            add column slow_steps           integer     not null default 0,
            -- When the next attempt is due under the endpoint's rate limit.
            add column rate_next_at         timestamptz;
        """;

    private const string Deliveries = """
        alter table bridge.deliveries
            -- Null for a bare callback; else the same as callback_id, which stands for whoever wanted the event.
            add column endpoint_id   uuid,
            -- Attempts before the schedule that it is under: a redelivery starts a fresh one.
            add column schedule_from integer not null default 0,
            -- Events of endpoints and upstream keys are about no task.
            alter column task_id drop not null;
        -- Claims of first attempts, which are not to wait behind retries. Nothing that was handed over in memory is ever in it.
        create index deliveries_first on bridge.deliveries (destination, next_attempt_at) where state = 'pending' and attempts = 0;
        -- GET /v1/deliveries.
        create index deliveries_of_client on bridge.deliveries (client_id, created_at desc, id desc);
        create index deliveries_of_endpoint on bridge.deliveries (endpoint_id, created_at desc, id desc) where endpoint_id is not null;
        -- GET /v1/attention, and redelivering what is dead.
        create index deliveries_dead on bridge.deliveries (client_id, created_at desc, id desc) where state = 'dead';
        """;

    private const string Feed = """
        -- The pages of one client's feed, and of all clients' for admins and for the tail.
        create index events_feed on bridge.events (client_id, xid, id);
        create index events_tail on bridge.events (xid, id);

        -- One row: what the feed has to know of itself.
        create table bridge.feed_state (
            only_row        boolean primary key default true check (only_row),
            -- The server and its history that `events.xid` counts in; another one after a restore or a fail-over.
            identity        text,
            -- The last position that was removed for its age: a cursor before it may have missed something.
            removed_xid     xid8,
            removed_id      uuid
        );
        insert into bridge.feed_state default values;
        """;

    private const string Replays = """
        create table bridge.replays (
            id           uuid        primary key,
            client_id    uuid        not null,
            -- Null where deliveries are sent again whatever they go to.
            endpoint_id  uuid        references bridge.endpoints,
            -- failed, missing, all: what of an endpoint's events; redeliver: deliveries in the state of `state_filter`.
            kind         text        not null check (kind in ('failed', 'missing', 'all', 'redeliver')),
            state_filter text,
            since        timestamptz not null,
            until        timestamptz not null,
            events       text[],
            task_id      uuid,
            status       text        not null default 'pending' check (status in ('pending', 'running', 'completed', 'cancelled')),
            created_at   timestamptz not null,
            started_at   timestamptz,
            ended_at     timestamptz,
            -- How far it has come: what it goes on from after a restart.
            position_at  timestamptz,
            position_id  uuid,
            -- Events of this transaction and later ones may not have been there for the first pass over the events: the second goes by it.
            second_pass  boolean     not null default false,
            position_xid xid8,
            examined     bigint      not null default 0,
            queued       bigint      not null default 0,
            -- When it may be taken up: a step later, or after the lease of a process that died.
            next_step_at timestamptz,
            check ((ended_at is null) = (status in ('pending', 'running'))),
            check ((ended_at is null) = (next_step_at is not null))
        );
        -- GET /v1/replays.
        create index replays_of_client on bridge.replays (client_id, created_at desc, id desc);
        -- The work on replays.
        create index replays_open on bridge.replays (next_step_at) where ended_at is null;
        -- Pruner.
        create index replays_age on bridge.replays (ended_at) where ended_at is not null;
        """;

    private const string Tasks = """
        alter table bridge.tasks
            -- When the upstream was first heard to say so.
            add column queued_at      timestamptz,
            add column processing_at  timestamptz,
            -- An ended task whose link is to be fetched afresh: when it is asked about next.
            add column refresh_due_at       timestamptz,
            add column refresh_requested_at timestamptz,
            -- Answers in a row that brought no link.
            add column refresh_tries        integer not null default 0,
            -- Fresh links that were fetched.
            add column refreshes            integer not null default 0,
            add check (refresh_due_at is null or (status = 'completed' and refresh_requested_at is not null));
        -- RefreshesDue, ClaimRefreshes, GiveUpRefreshes: those that are pending, by whose turn it is.
        create index tasks_refresh on bridge.tasks (upstream_key_id, client_id, refresh_due_at) where refresh_due_at is not null;
        -- GET /v1/attention: links that are about to die.
        create index tasks_links on bridge.tasks (client_id, video_url_expires_at) where video_url_expires_at is not null;

        create table bridge.holds (
            id         uuid        primary key,
            what       text        not null check (what in ('polling', 'deliveries')),
            client_id  uuid        references bridge.clients,
            -- A host, or a host and its port. Null for every one.
            host       text,
            created_at timestamptz not null
        );
        create unique index holds_same on bridge.holds (what, coalesce(client_id, '00000000-0000-0000-0000-000000000000'), coalesce(host, ''));

        -- Polling that was held until then: for a day a limit which passed meanwhile waits for its last look.
        create table bridge.past_holds (
            id        uuid        primary key,
            client_id uuid        references bridge.clients,
            host      text,
            ended_at  timestamptz not null
        );
        create unique index past_holds_same on bridge.past_holds
            (coalesce(client_id, '00000000-0000-0000-0000-000000000000'), coalesce(host, ''));
        """;

    private const string Keys = """
        -- To the minute: a key's every use is not worth a write.
        alter table bridge.api_keys add column last_used_at timestamptz;
        """;
}
