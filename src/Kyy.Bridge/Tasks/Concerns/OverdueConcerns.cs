using System.Globalization;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Upstream.Catalogue;
using Npgsql;

namespace Kyy.Bridge.Tasks.Concerns;

/// <summary>Tasks that have been due for longer than their window's maximum, though their key is taken and nobody holds them.</summary>
internal static class OverdueConcerns
{
    // Of each lane and client: five hundred tasks in a slot at most.
    private const int MostSlots = 10;

    private static readonly bool[] IsFlex = [false, true];

    // From the slots that are due for so long, by index slots_turns, to their members by tasks_slot; never all tasks.
    private const string Sql = $$"""
        select s.client_id, l.family, l.tier, min(t.next_poll_at), count(*)::integer, (array_agg(t.id order by t.next_poll_at))[1],
               w.longest
        from bridge.lanes l
        join bridge.upstream_keys k on k.id = l.upstream_key_id
        join bridge.upstream_budgets b on b.id = k.budget_id and b.state = 'active'
        cross join lateral (select coalesce(
            (select n.longest from unnest($4, $5, $6) n (family, tier, longest) where n.family = l.family and n.tier = l.tier), $7) as longest) w
        cross join lateral (
            select s.id, s.client_id from bridge.slots s
            where s.lane = l.id and {whose} and s.next_due < now() - w.longest
            order by s.next_due
            limit $3
        ) s
        join bridge.tasks t on t.slot_id = s.id and t.next_poll_at < now() - w.longest
        cross join lateral (select s.client_id as client, coalesce(k.base_url, $8) as url) who
        where not {{PollingHolds.Held}}
        group by s.client_id, l.id, l.family, l.tier, w.longest
        order by min(t.next_poll_at)
        limit $2
        """;

    public static Task<List<AttentionItem>> ReadAsync(
        Concern concern, ModelCatalogue catalogue, string operatorsUrl, CancellationToken cancellation)
    {
        var windows = catalogue.Families.SelectMany(family => IsFlex.Select(isFlex => (
            Family: family.Id, Tier: isFlex ? ServiceTiers.Flex : ServiceTiers.Default, Longest: family.WindowFor(isFlex).Max))).ToList();
        return concern.ReadAsync(
            Sql, "s.client_id", row => Item(concern, row), cancellation,
            new NpgsqlParameter { Value = MostSlots },
            Rows.Column(windows, w => w.Family), Rows.Column(windows, w => w.Tier), Rows.Column(windows, w => w.Longest),
            new NpgsqlParameter { Value = catalogue.Default.Window.Max }, new NpgsqlParameter { Value = operatorsUrl });
    }

    private static AttentionItem Item(Concern concern, NpgsqlDataReader row)
    {
        var (family, count, longest) = (row.GetString(1), row.GetInt32(4), row.GetTimeSpan(6));
        var tasks = count == 1 ? "1 task" : $"{count.ToString(CultureInfo.InvariantCulture)} tasks";
        return new()
        {
            Kind = AttentionKinds.PollsOverdue,
            Severity = Concern.Error,
            Count = count,
            Subject = row.GetString(2) == ServiceTiers.Flex ? $"{family} ({ServiceTiers.Flex})" : family,
            Since = row.GetFieldValue<DateTimeOffset>(3),
            Detail = $"{tasks} of the family {family} {(count == 1 ? "has" : "have")} been due for more than "
                + $"{longest.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s: "
                + "no worker runs, or there is more to do than may be asked.",
            Mend = Concern.Mend("POST", $"/v1/tasks/{TypeId.Format(TypeId.Task, row.GetGuid(5))}/poll"),
            ClientId = concern.NameOf(row.GetGuid(0)),
        };
    }
}
