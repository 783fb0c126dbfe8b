using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Stress;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults;

/// <summary>The database answers, and takes its time: what waits for it is bounded, and nothing of it is lost.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class DistantDatabaseTests(PostgresServer server)
{
    private const int Count = 1_000;
    private const long Mebibyte = 1024 * 1024, MostMemory = 400 * Mebibyte;

    // Each way, by the scale of the windows 60 ms: as from another continent.
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(4);

    [Fact]
    public async Task A_database_far_away_delays_what_it_is_asked_and_neither_memory_nor_polls_get_out_of_hand()
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var gate = new DatabaseGate(database) { Delay = Delay };
        await using var bridge = await Replicas.StartAsync(server, 1, new(), ("ConnectionStrings:Bridge", gate.DataSource.ConnectionString));
        var client = await bridge.NewClientAsync();
        string[] ids = [.. Enumerable.Range(0, Count).Select(number => $"task-{number}")];
        var ending = new NewTask { Family = EmulatedFamily.Videos, Statuses = [EmulatedStatus.Processing, EmulatedStatus.Completed] };

        await bridge.RegisterAsync(client, ids, ending);
        await Wait.UntilAsync(
            async () => await database.CountAsync("bridge.tasks where ended_at is null") == 0
                && await database.CountAsync("bridge.tasks") == Count, "all have ended", World.Patience);

        var (report, peak) = (bridge.Upstream.Report(), bridge.Running[0].PeakMemory);
        Replicas.Say($"{report.Polls} polls, most at once {report.MostParallel}, peak memory {peak / Mebibyte} MiB");
        report.Violations[Violation.TooEarly].ShouldBe(0);
        peak.ShouldBeLessThan(MostMemory);
    }
}
