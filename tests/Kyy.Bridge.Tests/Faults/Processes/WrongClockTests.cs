using System.Net;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Processes;

/// <summary>Replicas whose wall clocks are ten minutes off, on either side, and step between the two.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class WrongClockTests(PostgresServer server)
{
    private static readonly TimeSpan Off = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task They_poll_when_it_is_due_and_sign_what_receivers_take_and_say_that_they_are_not_ready()
    {
        await using var fleet = await Fleet.StartAsync(server);
        var replicas = await Task.WhenAll(
            fleet.JoinAsync(new() { ClockOff = Off }), fleet.JoinAsync(new() { ClockOff = -Off }),
            fleet.JoinAsync(new() { ClockOff = Off, ClockStepEvery = TimeSpan.FromSeconds(0.7) }));

        foreach (var (replica, name) in replicas.Zip(["ahead", "behind", "stepping"]))
            await fleet.RegisterAsync(replica, name, 15, EmulatedStatus.Queued, EmulatedStatus.Processing, EmulatedStatus.Completed);
        // The receiver takes a stamp that is up to 300 s off.
        await fleet.ShouldHaveLostNothingAsync(World.Patience);

        fleet.ShouldHavePolledInTime();
        fleet.Duplicates().ShouldBe(0);
        foreach (var replica in replicas) (await ReadinessAsync(replica)).ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_pause_that_the_upstream_gives_as_a_date_is_kept_whatever_the_own_clock_says(int side)
    {
        await using var fleet = await Fleet.StartAsync(server);
        var replica = await fleet.JoinAsync(new() { ClockOff = side * Off });
        // A date is of whole seconds.
        var until = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(6);
        fleet.Upstream.Faults.Add(new()
        {
            FromCall = 1,
            ToCall = 1,
            Does = new ThrottleFault { RetryAfter = RetryAfterHeader.Of(until) },
        });

        await fleet.RegisterAsync(replica, "paused", 1, EmulatedStatus.Completed);
        await fleet.ShouldHaveLostNothingAsync(World.Patience);

        fleet.Upstream.PollsOf("paused-0").Count.ShouldBe(2);
        fleet.Upstream.Report().Violations[Violation.DuringRetryAfter].ShouldBe(0);
    }

    private static async Task<HttpStatusCode> ReadinessAsync(BridgeProcess replica)
    {
        using var handler = new SocketsHttpHandler();
        using var http = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replica.Address, "/healthz/ready"));
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
