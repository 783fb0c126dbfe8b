using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Replica.Kills;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Processes;

/// <summary>
/// kill -9 of a replica at each of the named points, while another one runs: nothing is lost, nothing ends twice, and only what was posted
/// and not settled is sent twice.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class KilledReplicaTests(PostgresServer server)
{
    private const int Doomed = 2;

    // The first requests of a process go out late by what there is to compile, which is several times their scaled slack. It pushes the
    // next poll on when the answer has come; who is killed between the two does not.
    private static readonly TimeSpan ColdStart = TimeSpan.FromSeconds(0.25);

    [Theory]
    [InlineData("after-claim")]
    [InlineData("after-get")]
    [InlineData("in-record-transaction")]
    [InlineData("after-commit")]
    public async Task Killed_before_it_posted_anything_it_leaves_nothing_lost_and_nothing_twice(string point)
    {
        await using var fleet = await FleetWithDoomedAsync(KillPoints.Parse(point));

        await fleet.ShouldHaveLostNothingAsync(Fleet.AfterADeath);

        fleet.ShouldHavePolledInTime(ColdStart);
        fleet.Duplicates().ShouldBe(0);
    }

    [Fact]
    public async Task Killed_after_a_post_it_leaves_what_was_not_settled_to_be_sent_again_under_the_same_id()
    {
        await using var fleet = await FleetWithDoomedAsync(KillPoint.AfterPost);

        await fleet.ShouldHaveLostNothingAsync(Fleet.AfterADeath);
        await Wait.UntilAsync(() => Task.FromResult(fleet.Duplicates() > 0), "it is sent again", Fleet.AfterADeath);

        fleet.ShouldHavePolledInTime(ColdStart);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Killed_surely_inside_the_record_it_leaves_all_of_it_or_nothing(bool isCommitted)
    {
        await using var fleet = await Fleet.StartAsync(server);
        var other = await fleet.JoinAsync();
        var doomed = await fleet.JoinAsync();
        await using var record = await InsideTheRecord.BuildAsync(fleet.Database);
        await record.HoldAsync(Doomed);
        await other.FreezeAsync();
        var registering = RegisterAsync(fleet, doomed);

        var inside = await record.WhenInsideAsync(Doomed);
        await doomed.KillAsync();
        if (!isCommitted) await record.EndAsync(inside);
        await record.LetGoAsync(Doomed);
        await other.ContinueAsync();
        await registering;

        await fleet.ShouldHaveLostNothingAsync(Fleet.AfterADeath);
        fleet.ShouldHavePolledInTime(ColdStart);
        fleet.Duplicates().ShouldBe(0);
    }

    // The other one stands still until then, else it might do all the work, and the doomed one would never come to its point.
    private async Task<Fleet> FleetWithDoomedAsync(KillPoint point)
    {
        var fleet = await Fleet.StartAsync(server);
        var other = await fleet.JoinAsync();
        var doomed = await fleet.JoinAsync(new() { KillAt = point });
        await other.FreezeAsync();
        var registering = RegisterAsync(fleet, doomed);
        (await doomed.WhenEndedAsync()).ShouldBe(ReplicaProcess.Killed, doomed.Output);
        await other.ContinueAsync();
        await registering;
        return fleet;
    }

    // Ends that are found at once, and those that take another poll.
    private static async Task RegisterAsync(Fleet fleet, BridgeProcess doomed)
    {
        await fleet.RegisterAsync(doomed, "ready", 15, EmulatedStatus.Completed);
        await fleet.RegisterAsync(doomed, "soon", 15, EmulatedStatus.Processing, EmulatedStatus.Failed);
    }
}
