using Kyy.Bridge.Tests.Faults.Database;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults;

/// <summary>
/// The server is away and full in the middle of the work: callers are told within the promised time to come again, and what was answered
/// with 2xx is there, and ends once.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class UnavailableServerTests
{
    // A minute of life, by the scale of the windows.
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1) * FaultWorld.TimeScale;

    [Fact]
    public async Task Unreachable_for_a_minute_it_has_callers_told_to_come_again_and_loses_nothing()
    {
        await using var postgres = await MortalPostgres.StartAsync();
        await using var world = await FaultWorld.StartAsync(postgres);

        await world.RegisterAroundAsync(async () =>
        {
            await postgres.StopAsync();
            var refused = world.Refused;
            var stopped = TimeProvider.System.GetTimestamp();
            await Wait.UntilAsync(
                () => world.Refused > refused + 10 && TimeProvider.System.GetElapsedTime(stopped) > Minute,
                "callers were refused for a minute");
            await postgres.StartAsync();
        });

        await world.ShouldHaveLostNothingAsync();
        world.LongestAnswer.ShouldBeLessThan(FrozenServerTests.Promise);
    }

    [Fact]
    public async Task A_full_disk_has_callers_told_to_come_again_until_there_is_room_and_loses_nothing()
    {
        await using var disk = await SmallDisk.MountAsync(192);
        await using var postgres = await MortalPostgres.StartAsync(disk);
        await using var world = await FaultWorld.StartAsync(postgres);

        await world.RegisterAroundAsync(async () =>
        {
            await disk.FillAsync();
            var refused = world.Refused;
            // The pages that are there take some more.
            await Wait.UntilAsync(() => Task.FromResult(world.Refused > refused + 10), "no page can be added", World.Patience);
            disk.Empty();
        });

        world.LongestAnswer.ShouldBeLessThan(FrozenServerTests.Promise);
        await world.ShouldHaveLostNothingAsync();
    }
}
