using System.Net;
using Kyy.Bridge.Tests.Faults.Database;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults;

/// <summary>The server stands still under connections that stay: the worst way to be away, since nobody is told.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class FrozenServerTests
{
    private const string Live = "/healthz/live", Ready = "/healthz/ready";

    internal static readonly TimeSpan Promise = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Frozen_it_has_every_request_answered_in_time_and_loses_nothing()
    {
        await using var postgres = await MortalPostgres.StartAsync();
        await using var world = await FaultWorld.StartAsync(postgres);

        await world.RegisterAroundAsync(async () =>
        {
            await postgres.FreezeAsync();
            // As many as there are connections, and more: some are on the wire, some wait for a turn, some for a connection.
            var answers = await Task.WhenAll(Enumerable.Range(0, 10).SelectMany(_ => Requests(world)));
            foreach (var (status, _) in answers) status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            Soak.Say($"answered in {answers.Min(answer => answer.Time).TotalSeconds:0.0} to {answers.Max(answer => answer.Time).TotalSeconds:0.0} s");
            answers.Max(answer => answer.Time).ShouldBeLessThan(Promise);
            await postgres.ThawAsync();
        });

        world.LongestAnswer.ShouldBeLessThan(Promise);
        await world.ShouldHaveLostNothingAsync();
    }

    [Fact]
    public async Task Frozen_it_leaves_the_process_live_and_not_ready_and_ready_again_afterwards()
    {
        await using var postgres = await MortalPostgres.StartAsync();
        await using var world = await FaultWorld.StartAsync(postgres);
        (await AskAsync(world, Ready, null)).Status.ShouldBe(HttpStatusCode.OK);
        // The look before is kept for a second.
        world.Bridge.Clock.Advance(TimeSpan.FromSeconds(2));

        await postgres.FreezeAsync();
        var (ready, live) = (await AskAsync(world, Ready, null), await AskAsync(world, Live, null));
        (ready.Status, live.Status).ShouldBe((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK));
        ready.Time.ShouldBeLessThan(Promise);
        live.Time.ShouldBeLessThan(Promise);

        await postgres.ThawAsync();
        await Wait.UntilAsync(async () => (await AskAsync(world, Ready, null)).Status == HttpStatusCode.OK, "it is ready again");
    }

    private static IEnumerable<Task<(HttpStatusCode Status, TimeSpan Time)>> Requests(FaultWorld world) =>
    [
        AskAsync(world, "/v1/tasks", world.ClientKey),
        AskAsync(world, "/v1/events", world.ClientKey),
        AskAsync(world, "/v1/me", world.ClientKey),
        AskAsync(world, "/v1/attention", world.ClientKey),
        AskAsync(world, "/v1/tasks", "kyb_unknown"),
        AskAsync(world, "/v1/admin/stats", BridgeApplication.AdminKey),
    ];

    private static async Task<(HttpStatusCode Status, TimeSpan Time)> AskAsync(FaultWorld world, string path, string? key)
    {
        var asked = TimeProvider.System.GetTimestamp();
        using var answer = await world.Bridge.As(key).GetAsync(path);
        return (answer.Status, TimeProvider.System.GetElapsedTime(asked));
    }
}
