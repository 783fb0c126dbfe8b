using Kyy.Bridge.Tests.Deliveries;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Growth;

/// <summary>No table without a rule that bounds it, and the rule where operators look for it.</summary>
public sealed class RetentionRulesTests(PostgresServer server)
{
    private const string TablesSql = """
        select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'bridge' and c.relkind in ('r', 'p') order by c.relname
        """;

    [Fact]
    public async Task The_runbook_says_of_every_table_of_the_schema_what_bounds_it()
    {
        await using var database = await DeliveryDatabase.CreateAsync(server);

        var rules = Repository.Table("deploy/runbook.md", "### The database grows");

        rules.ShouldAllBe(rule => rule.Length == 2 && rule[1].Length > 0);
        rules.SelectMany(rule => rule[0].Split(", ")).Select(name => name.Trim('`')).Order(StringComparer.Ordinal)
            .ShouldBe((await database.ReadAsync<string>(TablesSql)).Order(StringComparer.Ordinal));
    }
}
