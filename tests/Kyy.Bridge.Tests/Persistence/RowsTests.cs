using System.Collections.Immutable;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Persistence;

public sealed class RowsTests(PostgresServer server)
{
    [Fact]
    public async Task Lists_arrive_as_they_were_whatever_is_in_them()
    {
        ImmutableArray<string>[] lists =
        [
            [], [""], ["plain", "with space"], ["a,b", "{c}", "NULL", "null"], ["\"quoted\"", "back\\slash", "\\\"", "'"], ["\t\r\n", "ü😀"],
        ];
        await using var database = await server.CreateDatabaseAsync();
        await using var command = database.DataSource.CreateCommand("select l::text[] from unnest($1) with ordinality u (l, n) order by n");
        command.Parameters.Add(Rows.Lists(lists, list => list));

        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);

        foreach (var list in lists)
        {
            (await reader.ReadAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
            reader.GetFieldValue<string[]>(0).ShouldBe(list);
        }
    }
}
