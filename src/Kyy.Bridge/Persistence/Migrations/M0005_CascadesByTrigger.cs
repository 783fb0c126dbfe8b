using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Kyy.Bridge.Persistence.Migrations;

/// <summary>
/// Triggers in place of the foreign keys of the hot path: what is deleted takes its children along as before, whoever deletes it, and an
/// insert is no longer checked row by row. It changes no row and no column: a process of the version before goes on with this schema.
/// </summary>
/// <remarks>
/// <para>
/// A foreign key did two things. It refused children without a parent, and it locked the parent, so that one which is deleted gets none.
/// Both follow from the statements, each of which makes or locks the parent in the transaction of the child:
/// </para>
/// <list type="table">
/// <item><term>task_callbacks</term><description>the task was inserted by <c>InsertTasks</c> or locked by
/// <c>ExistingTask</c></description></item>
/// <item><term>events</term><description>the task was updated by <c>RecordOutcomes</c>, <c>RecordReadings</c> or
/// <c>RecordRefresh</c>, whose mark the insert joins; those of <c>InsertClientEvents</c> have no task</description></item>
/// <item><term>deliveries</term><description>the event is of the same statement, or locked in it: <c>AddCallbacks</c>,
/// <c>ReplayEvents</c></description></item>
/// <item><term>delivery_attempts</term><description>the delivery is locked by <c>SettleDeliveries</c>, whoever owns it by now, or by
/// <c>ClaimDueDeliveries</c></description></item>
/// </list>
/// <para>
/// Whoever deletes a parent waits for that lock. Its trigger runs after that, each statement of it with a snapshot of its own (READ
/// COMMITTED, a volatile function), and so finds the children that were committed meanwhile.
/// </para>
/// <para>
/// The version before locks neither the event of a late callback or a replay nor a delivery that another process owns by now. A row of
/// those which meets the pruner at that very moment can stay without its parent: an attempt that nobody reads, or a delivery that is never
/// sent and goes when it is old, both of something that was past its retention.
/// </para>
/// </remarks>
[DbContext(typeof(BridgeDbContext))]
[Migration("0005_cascades_by_trigger")]
internal sealed class M0005CascadesByTrigger : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(Locks);
        migrationBuilder.Sql(Cascades);
        migrationBuilder.Sql(Hosts);
        migrationBuilder.Sql(ForeignKeys);
    }

    // All tables at once, for milliseconds. A process that is at work takes them in other orders: shorter than PostgreSQL waits before it
    // looks for a deadlock, and then anew, so that neither is refused anything.
    private const string Locks = """
        do $$
        declare
            usual text := current_setting('lock_timeout');
        begin
            for attempt in 1 .. 40 loop
                begin
                    set local lock_timeout = '500ms';
                    lock table bridge.tasks, bridge.task_callbacks, bridge.destinations, bridge.events, bridge.deliveries,
                        bridge.delivery_attempts in access exclusive mode;
                    perform set_config('lock_timeout', usual, true);
                    return;
                exception when lock_not_available or deadlock_detected then
                    if attempt = 40 then raise; end if;
                    perform pg_sleep(0.25);
                end;
            end loop;
        end
        $$;
        """;

    // Set by set: a statement for all that a statement deleted. Indexes: the unique ones of task_callbacks and deliveries, events_task,
    // the key of delivery_attempts. Arrays and no scan: neither then depends on statistics, nor on how large the table was when a
    // connection planned the statement first.
    private const string Cascades = """
        create function bridge.delete_of_tasks() returns trigger language plpgsql volatile set enable_seqscan = off as $$
        begin
            delete from bridge.task_callbacks where task_id = any (array(select id from gone));
            delete from bridge.events where task_id = any (array(select id from gone));
            return null;
        end
        $$;
        create trigger tasks_gone after delete on bridge.tasks
            referencing old table as gone for each statement execute function bridge.delete_of_tasks();

        create function bridge.delete_of_events() returns trigger language plpgsql volatile set enable_seqscan = off as $$
        begin
            delete from bridge.deliveries where event_id = any (array(select id from gone));
            return null;
        end
        $$;
        create trigger events_gone after delete on bridge.events
            referencing old table as gone for each statement execute function bridge.delete_of_events();

        create function bridge.delete_of_deliveries() returns trigger language plpgsql volatile set enable_seqscan = off as $$
        begin
            delete from bridge.delivery_attempts where delivery_id = any (array(select id from gone));
            return null;
        end
        $$;
        create trigger deliveries_gone after delete on bridge.deliveries
            referencing old table as gone for each statement execute function bridge.delete_of_deliveries();
        """;

    // A callback names its client's host, and is served only while that is there. Nothing deletes one; now nothing can.
    private const string Hosts = """
        create function bridge.keep_hosts() returns trigger language plpgsql volatile as $$
        begin
            if exists (select from gone where endpoint_id is null) then
                raise exception 'Callbacks go to the destination of a client''s host: it cannot be deleted.'
                    using errcode = 'foreign_key_violation';
            end if;
            return null;
        end
        $$;
        create trigger destinations_gone after delete on bridge.destinations
            referencing old table as gone for each statement execute function bridge.keep_hosts();
        """;

    private const string ForeignKeys = """
        alter table bridge.task_callbacks drop constraint task_callbacks_task_id_fkey, drop constraint task_callbacks_destination_fkey;
        alter table bridge.events drop constraint events_task_id_fkey;
        alter table bridge.deliveries drop constraint deliveries_event_id_fkey;
        alter table bridge.delivery_attempts drop constraint delivery_attempts_delivery_id_fkey;
        """;
}
