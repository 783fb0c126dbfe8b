using Kyy.Bridge.Tests.Faults.Database;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults;

/// <summary>The server dies and cuts what it was asked, in the middle of the work: what was answered with 2xx is there, and ends once.</summary>
public sealed class DyingServerTests
{
    [Fact]
    public async Task Killed_and_started_again_in_the_middle_of_the_work_it_loses_nothing()
    {
        await using var postgres = await MortalPostgres.StartAsync();
        await using var world = await FaultWorld.StartAsync(postgres);

        await world.RegisterAroundAsync(async () =>
        {
            await postgres.KillAsync();
            await postgres.StartAsync();
        });
        await world.RegisterAroundAsync(postgres.KillBackendAsync);

        await world.ShouldHaveLostNothingAsync();
    }

    [Fact]
    public async Task Connections_that_are_cut_in_the_middle_again_and_again_lose_nothing()
    {
        await using var postgres = await MortalPostgres.StartAsync();
        await using var world = await FaultWorld.StartAsync(postgres);

        for (var times = 0; times < 10; times++) await world.RegisterAroundAsync(postgres.CutConnectionsAsync, around: 5);

        await world.ShouldHaveLostNothingAsync();
    }

    [Fact]
    public async Task Connections_that_others_hold_all_of_are_waited_for_and_lose_nothing()
    {
        await using var postgres = await MortalPostgres.StartAsync(null, ("max_connections", "30"));
        await using var world = await FaultWorld.StartAsync(postgres);

        await world.RegisterAroundAsync(async () =>
        {
            // What the service has in its pool goes, too, so that it needs new ones.
            await using var cutter = await postgres.ConnectAsync();
            await using var held = await postgres.HoldConnectionsAsync();
            await MortalPostgres.CutConnectionsAsync(cutter, "Kyy.Bridge");
            await using var all = await postgres.HoldConnectionsAsync();
            var refused = world.Refused;
            await Wait.UntilAsync(() => world.Refused > refused + 10, "callers were refused");
        });

        await world.ShouldHaveLostNothingAsync();
    }

    [Fact]
    public async Task A_disk_too_full_for_the_servers_log_ends_the_server_and_loses_nothing_once_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync(192);
        await using var postgres = await MortalPostgres.StartAsync(disk);
        await using var world = await FaultWorld.StartAsync(postgres);

        await world.RegisterAroundAsync(async () =>
        {
            await disk.FillAsync();
            await postgres.PanicAsync();
            disk.Empty();
            await postgres.StartAsync();
        });

        await world.ShouldHaveLostNothingAsync();
    }
}
