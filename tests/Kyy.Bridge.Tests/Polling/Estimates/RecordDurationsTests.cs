using Kyy.Bridge.Polling.Estimates;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Polling.Estimates;

public sealed class RecordDurationsTests(PostgresServer server)
{
    [Fact]
    public async Task A_batch_of_several_models_and_tiers_is_added_to_each_one_s_row()
    {
        await using var database = await DurationsDatabase.CreateAsync(server);

        await RecordDurations.WriteAsync(database.DataSource,
        [
            .. DurationsDatabase.Seen("veo_3_1", 30, 120, 300),
            .. DurationsDatabase.Seen("veo_3_1", 7, 600, 900, "flex"),
            .. DurationsDatabase.Seen("videos", 20, 60, 100),
        ]);
        await database.WriteAsync("veo_3_1", 25, 120, 300);

        var rows = await database.RowsAsync();
        rows.Select(row => (row.Model, row.Tier, row.Observed))
            .ShouldBe([("veo_3_1", "default", 55), ("veo_3_1", "flex", 7), ("videos", "default", 20)]);
        rows.ShouldAllBe(row => row.Buckets.Length == DurationHistogram.Buckets);
        foreach (var row in rows) row.Buckets.Sum().ShouldBe(row.Observed, 1e-6);
        DurationHistogram.Range(rows[0].Buckets, rows[0].Observed)!.Value.Min.TotalSeconds.ShouldBe(129, 10);
    }

    [Fact]
    public async Task Old_observations_fade_so_that_a_change_of_the_upstream_is_learned()
    {
        await using var database = await DurationsDatabase.CreateAsync(server);
        for (var batch = 0; batch < 19; batch++) await database.WriteAsync("videos", 500, 60, 100);
        (await database.RowsAsync()).Single().Observed.ShouldBe(9_500);

        await database.WriteAsync("videos", 500, 60, 100);

        var faded = (await database.RowsAsync()).Single();
        faded.Observed.ShouldBe(5_000);
        faded.Buckets.Sum().ShouldBe(5_000, 1e-6);
        // Twice as slow from here on.
        for (var batch = 0; batch < 80; batch++) await database.WriteAsync("videos", 500, 120, 200);
        var changed = (await database.RowsAsync()).Single();
        DurationHistogram.Range(changed.Buckets, changed.Observed)!.Value.Min.TotalSeconds.ShouldBe(124, 12);
    }

    [Fact]
    public async Task Names_of_models_make_no_more_rows_than_there_may_be()
    {
        await using var database = await DurationsDatabase.CreateAsync(server);
        string[] names = [.. Enumerable.Range(0, RecordDurations.MostRows + 40).Select(i => $"veo_{i:000}")];

        // Several replicas, each with models that nobody has seen.
        await Task.WhenAll(names.Chunk(30).Select(some =>
            RecordDurations.WriteAsync(database.DataSource, some.SelectMany(name => DurationsDatabase.Seen(name, 1, 60, 100)))));

        var rows = await database.RowsAsync();
        rows.Count.ShouldBe(RecordDurations.MostRows);
        var known = rows[17].Model;
        await RecordDurations.WriteAsync(
            database.DataSource, [.. DurationsDatabase.Seen("veo_new", 1, 60, 100), .. DurationsDatabase.Seen(known, 3, 60, 100)]);
        var after = await database.RowsAsync();
        after.Select(row => row.Model).ShouldBe(rows.Select(row => row.Model));
        after[17].Observed.ShouldBe(4);
    }

    [Fact]
    public async Task Replicas_that_write_at_the_same_time_lose_nothing()
    {
        await using var database = await DurationsDatabase.CreateAsync(server);

        // In either order, so that they would deadlock in the rows.
        string[][] orders = [["a", "b"], ["b", "a"]];
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => RecordDurations.WriteAsync(
            database.DataSource, orders[i % 2].SelectMany(model => DurationsDatabase.Seen(model, 5, 60, 100)))));

        (await database.RowsAsync()).Select(row => (row.Model, row.Observed)).ShouldBe([("a", 100), ("b", 100)]);
    }

    [Fact]
    public async Task Buckets_of_another_version_are_brought_to_this_one_s_number()
    {
        await using var database = await DurationsDatabase.CreateAsync(server);
        await database.ExecuteAsync("insert into bridge.model_durations values ('videos', 'default', '{1,2}', 3, now())");

        await database.WriteAsync("videos", 1);

        (await database.RowsAsync()).Single().Buckets.Length.ShouldBe(DurationHistogram.Buckets);
    }
}
