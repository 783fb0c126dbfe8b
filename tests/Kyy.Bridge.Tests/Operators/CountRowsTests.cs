using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Operators;
using Kyy.Bridge.Tests.Polling;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Operators;

public sealed class CountRowsTests(PostgresServer server)
{
    private const int Tasks = 20_000;
    private const string OperatorsUrl = "https://upstream.example.test";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_large_table_is_estimated_from_a_part_of_its_pages_and_says_so()
    {
        await using var database = await PollingDatabase.CreateAsync(server);
        await database.FileAsync(PollingDatabase.Now, Tasks);
        var pages = (await database.ReadAsync<long>(
            "select pg_relation_size('bridge.tasks') / current_setting('block_size')::int")).Single();

        var whole = await CountRows.TasksAsync(database.DataSource, OperatorsUrl, Cancellation, (int)pages);
        var sampled = await CountRows.TasksAsync(database.DataSource, OperatorsUrl, Cancellation, (int)pages / 3);

        whole.Exact.ShouldBeTrue();
        whole.ByStatus.ShouldBe([new TaskCount(TaskStatuses.Registered, false, Families.Veo, Tasks)]);
        sampled.Exact.ShouldBeFalse();
        // Some 700 pages, a third of them: three hundredths are one standard deviation of the sample.
        ((double)sampled.InFlight).ShouldBe(Tasks, Tasks * 0.3);
        ((double)sampled.Due).ShouldBe(sampled.InFlight, 1);
        sampled.InFlight.ShouldNotBe(Tasks);
    }

    [Fact]
    public async Task An_empty_table_is_counted_exactly()
    {
        await using var database = await PollingDatabase.CreateAsync(server);

        (await CountRows.DeliveriesAsync(database.DataSource, Cancellation)).ShouldBe(new DeliveryStats(true, 0, 0));
    }
}
