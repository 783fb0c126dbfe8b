using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Stress;

/// <summary>
/// The whole upstream is down for ten minutes, and all videos are finished meanwhile: nothing is lost, nothing ends wrongly, and its
/// return is met by an even flow.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
[Trait(Soak.Trait, "outage")]
public sealed class OutageTests(PostgresServer server)
{
    private static readonly double TimeScale = Soak.Of(1.0 / 60, 1);
    private static readonly int Count = Soak.Of(400, 4_000), Rate = Soak.Of(100, 100);
    private static readonly TimeSpan Outage = TimeSpan.FromMinutes(10), Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = Outage * TimeScale + TimeSpan.FromSeconds(Soak.Of(60, 600));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_outage_loses_nothing_ends_nothing_and_is_followed_by_no_burst()
    {
        await using var upstream = await EmulatorServer.StartAsync(new EmulatorOptions
        {
            ApiKey = BridgeApplication.UpstreamKey,
            TimeScale = TimeScale,
            CountingWindow = Second / TimeScale,
        });
        await using var receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        await using var bridge = await BridgeApplication.StartAsync(
            server, null, [.. World.Settings(upstream.BaseUrl, TimeScale), ("Bridge:Upstream:MaxRequestsPerSecond", $"{Rate}")]);
        var client = bridge.ClientOf((await bridge.CreateClientAsync()).ApiKey);
        receiver.Secrets = [WebhookSecret.Parse((await client.GetSigningSecretAsync(Cancellation)).Secret)];
        var ids = await RegisterAsync(client, upstream, receiver);
        await Wait.UntilAsync(() => Task.FromResult(upstream.Report().Polls >= Count), "every task is known", Patience);

        upstream.Faults.Add(new FaultRule { Does = new StatusFault { Code = 503 }, For = Outage });
        Soak.Say($"The upstream is down for {(Outage * TimeScale).TotalSeconds:0} s …");
        var received = await receiver.WaitForAsync(_ => true, Count, Patience);

        var report = upstream.Report();
        Soak.Say($"{Count} tasks: {report.Answers.GetValueOrDefault(503)} calls met the outage; most in a second "
            + $"{upstream.MostInAWindow(BridgeApplication.UpstreamKey)} of {Rate}; smallest gap {report.SmallestGap}");
        received.ShouldAllBe(webhook => webhook.Verification == WebhookVerification.Verified);
        received.Select(webhook => WebhookEvent.Read(webhook.Body.Span).ReadTask()!).OrderBy(task => task.TaskId, StringComparer.Ordinal)
            .Select(task => $"{task.TaskId} {task.Status}").ShouldBe(ids.Order(StringComparer.Ordinal).Select(id => $"{id} completed"));
        report.Violations.Values.Sum().ShouldBe(0);
        // A busy machine delivers what was sent evenly in bunches, of a few more than were sent in any second. A herd would be hundreds.
        upstream.MostInAWindow(BridgeApplication.UpstreamKey).ShouldBeLessThanOrEqualTo(Rate * 5 / 4);
        // A few find it out, then one call at a time looks whether it is over.
        report.Answers.GetValueOrDefault(503).ShouldBeInRange(5, 150);
    }

    private static async Task<string[]> RegisterAsync(BridgeClient client, EmulatorServer upstream, ReceiverServer receiver)
    {
        // Long enough that none is finished before the outage, short enough that all are when it ends.
        var script = new NewTask
        {
            Family = EmulatedFamily.Veo,
            QueuedFor = TimeSpan.FromMinutes(1),
            ProcessingFor = TimeSpan.FromMinutes(6),
        };
        string[] ids = [.. Enumerable.Range(0, Count).Select(_ => upstream.Tasks.Create(script).Id)];
        var result = await client.RegisterBatchAsync(
            [.. ids.Select(id => new TaskRegistration { TaskId = id, Family = Families.Veo, CallbackUrl = receiver.Hook().AbsoluteUri })],
            cancellationToken: Cancellation);
        result.Created.ShouldBe(Count);
        return ids;
    }
}
