using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Polling.Estimates;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kyy.Bridge.Tests.Polling.Estimates;

public sealed class DurationRecorderTests(PostgresServer server)
{
    private static readonly TimeSpan From = TimeSpan.FromSeconds(100), To = TimeSpan.FromSeconds(150);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_models_of_a_documented_family_are_learned_under_one_name_however_they_are_written()
    {
        await using var database = await DurationsDatabase.CreateAsync(server);
        await using var recorder = NewRecorder(database, new());

        await recorder.RecordAsync([Seen("VEO_3_1 "), Seen("veo_3_1"), Seen("sora_2"), Seen(""), Seen("veo" + new string('x', 200))]);
        await recorder.RecordAsync([]);

        (await database.RowsAsync()).Select(row => (row.Model, row.Observed)).ShouldBe([("veo_3_1", 2)]);
    }

    [Fact]
    public async Task What_follows_within_a_second_is_gathered_and_written_with_what_comes_after_it_or_at_the_end()
    {
        await using var database = await DurationsDatabase.CreateAsync(server);
        var time = new ManualTime();
        await using (var recorder = NewRecorder(database, time))
        {
            await recorder.RecordAsync([Seen("veo_3_1")]);
            await recorder.RecordAsync([Seen("veo_3_1")]);
            (await ObservedAsync(database)).ShouldBe(1);

            time.Advance(TimeSpan.FromSeconds(1));
            await recorder.RecordAsync([Seen("veo_3_1")]);
            (await ObservedAsync(database)).ShouldBe(3);
            await recorder.RecordAsync([Seen("veo_3_1")]);
        }

        (await ObservedAsync(database)).ShouldBe(4);
    }

    [Fact]
    public async Task A_batch_of_ends_teaches_what_its_completed_tasks_took()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var tasks = await RegisterAsync(bridge, 3);

        await RecordAsync(bridge, tasks, [TaskStatuses.Completed, TaskStatuses.Failed, TaskStatuses.Completed]);

        // A failure is quicker or slower than a video: it tells nothing of one.
        var row = (await bridge.QueryAsync(db => Task.FromResult(db.ModelDurations.ToList()))).ShouldHaveSingleItem();
        (row.Model, row.Tier, row.Observed).ShouldBe(("veo_3_1", "default", 2));
    }

    [Fact]
    public async Task An_end_is_recorded_although_nothing_can_be_learned_from_it()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var tasks = await RegisterAsync(bridge, 2);
        await using (var drop = bridge.Database.DataSource.CreateCommand("drop table bridge.model_durations"))
            await drop.ExecuteNonQueryAsync(Cancellation);

        await RecordAsync(bridge, tasks, [TaskStatuses.Completed, TaskStatuses.Completed]);

        (await bridge.QueryAsync(db => Task.FromResult(db.Tasks.Count(task => task.Status == TaskStatuses.Completed)))).ShouldBe(2);
        bridge.Log.Lines.ShouldContain(line => line.Contains("observed durations could not be kept", StringComparison.Ordinal));
    }

    private static DurationRecorder NewRecorder(DurationsDatabase database, ManualTime time) =>
        new(database.DataSource, ModelCatalogue.Documented, time, NullLogger<DurationRecorder>.Instance);

    private static async Task<long> ObservedAsync(DurationsDatabase database) => (await database.RowsAsync()).ShouldHaveSingleItem().Observed;

    private static ObservedDuration Seen(string model) => new(model, "default", From, To);

    private static async Task<BridgeTask[]> RegisterAsync(BridgeApplication bridge, int count)
    {
        var client = bridge.ClientOf((await bridge.CreateClientAsync()).ApiKey);
        return await Task.WhenAll(Enumerable.Range(0, count)
            .Select(i => client.RegisterAsync(new() { TaskId = $"video_{i}" }, cancellationToken: Cancellation)));
    }

    private static async Task RecordAsync(BridgeApplication bridge, BridgeTask[] tasks, string[] statuses)
    {
        var recorder = bridge.Services.GetRequiredService<OutcomeRecorder>();
        await Task.WhenAll(tasks.Zip(statuses, (task, status) =>
            recorder.RecordAsync(Make.Outcome(task.Id, status) with { Observed = Seen("veo_3_1") })));
        // What a second batch brought is written later.
        await bridge.Services.GetRequiredService<DurationRecorder>().WriteAsync();
    }
}
