using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Kyy.Bridge.Persistence.Migrations;

/// <summary>
/// One budget for each key of the upstream, whoever uses it, with a pause that every replica keeps; the clients' own upstream keys;
/// turns between clients; and how long videos really take. It only adds: a process of the version before goes on with this schema.
/// </summary>
[DbContext(typeof(BridgeDbContext))]
[Migration("0002_upstream_budgets")]
internal sealed class M0002UpstreamBudgets : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(Budgets);
        migrationBuilder.Sql(Turns);
        migrationBuilder.Sql(Durations);
    }

    private const string Budgets = """
        -- What the installation keeps to itself besides its key ring. Written by `migrate` alone.
        create table bridge.instance_secrets (
            name       text  primary key,
            ciphertext bytea not null
        );

        create table bridge.upstream_budgets (
            id           integer          generated always as identity primary key,
            -- A keyed hash of the key's value and its base URL: keys that are equal in both share the budget.
            fingerprint  bytea            not null unique check (octet_length(fingerprint) = 32),
            -- throttled: left alone for a while, after 429 or an outage. rejected: the upstream refuses the key.
            state        text             not null default 'active' check (state in ('active', 'throttled', 'rejected')),
            state_since  timestamptz      not null default now(),
            reason       text,
            status_code  integer,
            -- No call before it; then one at a time, until one is answered.
            paused_until timestamptz,
            -- When the last pause ended: the rate grows from there.
            reopened_at  timestamptz,
            -- Until then one replica asks on behalf of all whether the pause is over.
            probe_until  timestamptz,
            -- Pauses in a row, each longer than the one before.
            trips        integer          not null default 0,
            -- What the last 429 left of the rate, and when; it grows back with time.
            pace         double precision not null default 1 check (pace > 0 and pace <= 1),
            -- Short of where that was: how far the pace grows back before it goes on by hours.
            ceiling      double precision not null default 1 check (ceiling > 0 and ceiling <= 1),
            pace_at      timestamptz      not null default now(),
            check ((state = 'active') = (paused_until is null)),
            check (probe_until is null or state <> 'active')
        );

        alter table bridge.upstream_keys
            add column budget_id               integer references bridge.upstream_budgets,
            -- The client's own keys; the operator's value stays in configuration.
            add column base_url                text,
            add column ciphertext              bytea,
            add column last_four               text,
            add column max_requests_per_second integer,
            add column set_at                  timestamptz;

        -- The workers that are alive: each has its part of every budget.
        create table bridge.replicas (
            id         uuid        primary key,
            started_at timestamptz not null,
            seen_at    timestamptz not null
        );
        """;

    private const string Turns = """
        alter table bridge.slots
            -- Whose tasks they are: the clients of one key take turns in its budget. Zero in what an older version filed.
            add column client_id uuid    not null default '00000000-0000-0000-0000-000000000000',
            -- Whether one of its tasks has never been asked about: first readings have at most half of a budget.
            add column fresh     boolean not null default true;
        -- LanesDue, ClaimDueTasks. `slots_due` stays for the version before.
        create index slots_turns on bridge.slots (lane, client_id, fresh, next_due);

        alter table bridge.lanes add column last_failure_detail text;
        """;

    private const string Durations = """
        -- How long finished videos of one model took: a histogram, one row for a model and a tier.
        create table bridge.model_durations (
            model      text               not null,
            tier       text               not null check (tier in ('default', 'flex')),
            buckets    double precision[] not null,
            observed   bigint             not null,
            updated_at timestamptz        not null,
            primary key (model, tier)
        );
        """;
}
