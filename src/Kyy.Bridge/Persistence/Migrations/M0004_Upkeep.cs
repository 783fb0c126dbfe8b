using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Kyy.Bridge.Persistence.Migrations;

/// <summary>
/// How full pages are written, and when they are cleaned, table by table. It changes no row and no column, and holds for pages that are
/// written from now on: those there are come to it with time.
/// </summary>
[DbContext(typeof(BridgeDbContext))]
[Migration("0004_upkeep")]
internal sealed class M0004Upkeep : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(Sql);

    private const string Sql = """
        -- A claim moves on all rows of a page together, so a page needs room for every one of them anew: with 70 a third of the claims'
        -- updates found none and wrote into six indexes instead. A little more than half, as rows grow by what the upstream tells.
        -- With a million tasks a fifth of them dead is too much, and statistics decide no plan: no need to read them anew each minute.
        alter table bridge.tasks set (
            fillfactor = 45, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000,
            autovacuum_analyze_scale_factor = 2, autovacuum_vacuum_cost_limit = 2000);

        -- Few rows, each rewritten with every claim, and with it its entry in the index. The version before goes by slots_turns alone.
        drop index bridge.slots_due;
        alter table bridge.slots set (
            fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 10);

        -- Written twice: made, then settled, and with it its entry in five indexes. Half as full pages spare a twentieth of that, and
        -- would be kept for as long as the deliveries are: not worth it.
        alter table bridge.deliveries set (
            autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000,
            autovacuum_analyze_scale_factor = 0.5, autovacuum_vacuum_cost_limit = 2000);

        -- Written once and removed by age. What is new is to be marked as visible and frozen in small helpings, not a fifth at once.
        alter table bridge.events set (
            autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_limit = 2000);
        alter table bridge.delivery_attempts set (
            autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_limit = 2000);

        -- A row for a receiver, updated all the time and covered by no index but its names: room for its versions beside it.
        alter table bridge.destinations set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
        """;
}
