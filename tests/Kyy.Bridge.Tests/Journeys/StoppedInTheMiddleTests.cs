using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Scheduling;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Journeys;

/// <summary>A process that is stopped or killed in the middle of its work loses nothing: the next one goes on.</summary>
public sealed class StoppedInTheMiddleTests(PostgresServer server)
{
    private const int Count = 60;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(RecurringWorkConformance.Engines), MemberType = typeof(RecurringWorkConformance))]
    public async Task SIGTERM_FinishesOrHandsBackWhatIsInFlight_AndTheNextProcessDeliversTheRest(string engine)
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var upstream = await StartUpstreamAsync();
        await using var receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        // The first webhooks are held, so that the stop finds exchanges on the wire.
        var release = new TaskCompletionSource();
        receiver.Answer = _ => new RawAnswer(200, null, default) { HeldUntil = release.Task };
        var tasks = CreateTasks(upstream);
        string clientKey;
        await using (var first = await BridgeProcess.StartAsync(Settings(database, upstream, engine)))
        {
            clientKey = await RegisterAsync(first, tasks, receiver);
            await receiver.WaitForAsync(_ => true, 5, World.Patience);

            var stopping = first.TerminateAsync();
            // The receiver takes its time: longer than a process gets that does not wait for what is on the wire.
            using var slow = TimeProvider.System.CreateTimer(_ => release.SetResult(), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);

            (await stopping).ShouldBe(0, first.Output);
            first.Output.ShouldContain("Everything in flight was finished or handed back");
        }

        receiver.Answer = _ => new RawAnswer(204, null, default);
        await using var second = await BridgeProcess.StartAsync(Settings(database, upstream, engine));
        await ShouldAllArriveAsync(second, clientKey, receiver);

        // A clean stop sends nothing twice: every attempt was settled, or was not begun.
        receiver.Webhooks.Count.ShouldBe(Count);
        upstream.Report().Violations.Values.Sum().ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(RecurringWorkConformance.Engines), MemberType = typeof(RecurringWorkConformance))]
    public async Task Kill_LosesNothing_AndWhatComesTwiceHasTheSameId(string engine)
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var upstream = await StartUpstreamAsync();
        await using var receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        // Answered never: the killed process has POSTs on the wire and none settled.
        var never = new TaskCompletionSource();
        receiver.Answer = _ => new RawAnswer(200, null, default) { HeldUntil = never.Task };
        var tasks = CreateTasks(upstream);
        string clientKey;
        await using (var first = await BridgeProcess.StartAsync(Settings(database, upstream, engine)))
        {
            clientKey = await RegisterAsync(first, tasks, receiver);
            // A third of the tasks end with their first poll: more than those means that the others are in the middle of theirs.
            await receiver.WaitForAsync(_ => true, Count / 3 + 5, World.Patience);
            await first.KillAsync();
        }

        receiver.Answer = _ => new RawAnswer(204, null, default);
        await using var second = await BridgeProcess.StartAsync(Settings(database, upstream, engine));
        await ShouldAllArriveAsync(second, clientKey, receiver);

        var violations = upstream.Report().Violations;
        violations[Violation.TooEarly].ShouldBe(0);
        violations[Violation.WrongKey].ShouldBe(0);
        never.SetResult();
    }

    [Theory]
    [MemberData(nameof(RecurringWorkConformance.Engines), MemberType = typeof(RecurringWorkConformance))]
    public async Task Kill_OfOneReplicaOfTwo_LeavesItsWorkToTheOther(string engine)
    {
        await using var database = await server.CreateDatabaseAsync();
        await using var upstream = await StartUpstreamAsync();
        await using var receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        var tasks = CreateTasks(upstream);
        await using var first = await BridgeProcess.StartAsync(Settings(database, upstream, engine));
        await using var second = await BridgeProcess.StartAsync(Settings(database, upstream, engine));
        var clientKey = await RegisterAsync(first, tasks, receiver);

        await receiver.WaitForAsync(_ => true, Count / 3, World.Patience);
        await first.KillAsync();

        await ShouldAllArriveAsync(second, clientKey, receiver);
        upstream.Report().Violations[Violation.TooEarly].ShouldBe(0);
    }

    private static Task<EmulatorServer> StartUpstreamAsync() =>
        EmulatorServer.StartAsync(new EmulatorOptions { ApiKey = BridgeApplication.UpstreamKey, TimeScale = World.TimeScale });

    // Ends spread over two rounds of polls, so that the stop meets tasks in every state.
    private static EmulatedTask[] CreateTasks(EmulatorServer upstream) =>
    [
        .. Enumerable.Range(0, Count).Select(i => upstream.Tasks.Create(new NewTask
        {
            Family = EmulatedFamily.All[i % EmulatedFamily.All.Length],
            Statuses = i % 3 == 0 ? [EmulatedStatus.Completed] : [EmulatedStatus.Queued, EmulatedStatus.Processing, EmulatedStatus.Completed],
        })),
    ];

    private static (string Key, string Value)[] Settings(TestDatabase database, EmulatorServer upstream, string engine) =>
    [
        .. World.Settings(upstream.BaseUrl),
        ("Bridge:Scheduling:Engine", engine),
        ("ConnectionStrings:Bridge", database.ConnectionString),
        ("Bridge:Auth:AdminKey", BridgeApplication.AdminKey),
        ("Bridge:Upstream:ApiKey", BridgeApplication.UpstreamKey),
        ("Bridge:Delivery:Timeout", "6s"),
        ("Bridge:Delivery:Lease", "7s"),
    ];

    private static async Task<string> RegisterAsync(BridgeProcess bridge, EmulatedTask[] tasks, ReceiverServer receiver)
    {
        var created = await bridge.ClientOf(BridgeApplication.AdminKey).CreateClientAsync(new("acme"), cancellationToken: Cancellation);
        var client = bridge.ClientOf(created.ApiKey);
        receiver.Secrets = [WebhookSecret.Parse((await client.GetSigningSecretAsync(Cancellation)).Secret)];
        var result = await client.RegisterBatchAsync(
            [.. tasks.Select(task => new TaskRegistration { TaskId = task.Id, CallbackUrl = receiver.Hook().AbsoluteUri })], cancellationToken: Cancellation);
        result.Created.ShouldBe(Count);
        return created.ApiKey;
    }

    private static async Task ShouldAllArriveAsync(BridgeProcess bridge, string clientKey, ReceiverServer receiver)
    {
        var client = bridge.ClientOf(clientKey);
        await Wait.UntilAsync(
            async () => (await client.ListTasksAsync(cancellationToken: Cancellation).ToListAsync(Cancellation)).TrueForAll(task => task.Deliveries.Delivered == 1),
            "every task has its webhook delivered", World.Patience);

        receiver.Webhooks.ShouldAllBe(webhook => webhook.Verification == WebhookVerification.Verified);
        var idsByTask = receiver.Webhooks.ToLookup(webhook => WebhookEvent.Read(webhook.Body.Span).ReadTask()!.TaskId, webhook => webhook.WebhookId);
        idsByTask.Count.ShouldBe(Count);
        idsByTask.ShouldAllBe(ids => ids.Distinct().Count() == 1);
    }
}
