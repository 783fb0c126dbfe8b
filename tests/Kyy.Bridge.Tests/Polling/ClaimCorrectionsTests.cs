using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Kyy.Bridge.Tests.Polling;

public sealed class ClaimCorrectionsTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_process_that_stops_while_the_database_is_away_does_not_wait_for_it()
    {
        await using var away = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=1");
        var corrections = new ClaimCorrections(away, TimeProvider.System, NullLogger<ClaimCorrections>.Instance);
        var pushed = corrections.PushOnAsync(new(Task(), Second, Second));

        corrections.StopRepeating();

        await Should.ThrowAsync<Exception>(() => pushed.WaitAsync(Patience, TestContext.Current.CancellationToken));
        pushed.IsCompleted.ShouldBeTrue("it was given up, and not only the wait for it");
        await corrections.DisposeAsync().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    private static DueTask Task() => new()
    {
        Id = Make.NewId(),
        ClientId = Guid.Empty,
        TaskId = "video_1",
        UpstreamKeyId = Guid.Empty,
        Tier = ServiceTiers.Default,
        Status = TaskStatuses.Processing,
        Polls = 1,
        Age = TimeSpan.Zero,
        RegisteredFor = TimeSpan.Zero,
        DeadlineIn = TimeSpan.FromHours(1),
    };
}
