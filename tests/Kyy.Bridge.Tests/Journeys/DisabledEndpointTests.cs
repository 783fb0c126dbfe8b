using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Journeys;

/// <summary>Endpoints on the whole service: what becomes of them while they fail, and that nothing is missed or sent twice.</summary>
public sealed class DisabledEndpointTests(PostgresServer server)
{
    private const string Token = "token-of-the-owner-4711";

    // Few seconds long, and long enough for a busy machine to disable the endpoint before the last attempt.
    private static readonly (string Key, string Value)[] Impatient =
    [
        ("Bridge:Delivery:DisableAfter", "1m"), ("Bridge:Delivery:RetrySchedule", string.Join(',', Enumerable.Repeat("1500ms", 20))),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatAnEndpointMissed_WhileItWasDisabled_ArrivesOnceEach_AndOthersAreToldOfTheDisabling()
    {
        await using var world = await World.StartAsync(server, Impatient);
        var (receiver, client) = (world.Receiver, world.Client);
        var (path, url) = ($"/hooks/main?token={Token}", $"{receiver.Hook("main")}?token={Token}");
        receiver.AnswerAt(path, _ => new RawAnswer(500));
        var main = await client.CreateEndpointAsync(new() { Url = url }, cancellationToken: Cancellation);
        var watch = await client.CreateEndpointAsync(
            new() { Url = receiver.Hook("watch").AbsoluteUri, Events = [EventTypes.EndpointDisabled] }, cancellationToken: Cancellation);
        receiver.Secrets = [.. receiver.Secrets, WebhookSecret.Parse(main.Secret), WebhookSecret.Parse(watch.Secret)];
        var ofClient = (await client.GetSigningSecretAsync(Cancellation)).Secret;

        // The callback is the endpoint's URL, too.
        List<BridgeTask> tasks = [await RegisterAsync(world, url)];
        await receiver.WaitForAsync(webhook => webhook.Path == path, FailingEndpoints.Least, World.Patience);
        await DisabledAsync(world, main.Id);

        // Told to whoever listens, without what only its owner is to know.
        var told = (await receiver.WaitForAsync(webhook => webhook.Path == "/hooks/watch", 1, World.Patience))[0];
        IsSignedBy(watch.Secret, told).ShouldBeTrue();
        var disabled = WebhookEvent.Read(told.Body.Span).ReadDisabledEndpoint().ShouldNotBeNull();
        (disabled.Id, disabled.DisabledReason, disabled.Url).ShouldBe(
            (main.Id, EndpointDisabledReasons.Failing, receiver.Hook("main").AbsoluteUri));
        var feed = (await client.ListEventsAsync(cancellationToken: Cancellation)).Data;
        feed.Single(entry => entry.Type == EventTypes.EndpointDisabled).Id.ShouldBe(told.WebhookId);

        // Meanwhile: nobody's callback, the endpoint's URL, and another one.
        tasks.Add(await RegisterAsync(world, null));
        tasks.Add(await RegisterAsync(world, url));
        tasks.Add(await RegisterAsync(world, receiver.Hook("other").AbsoluteUri));
        await EndedAsync(world, tasks.Count);
        var other = (await receiver.WaitForAsync(webhook => webhook.Path == "/hooks/other", 1, World.Patience))[0];
        IsSignedBy(ofClient, other).ShouldBeTrue();
        receiver.Webhooks.ShouldAllBe(webhook => webhook.Path != path || webhook.StatusCode == 500, "a disabled endpoint gets nothing");
        var failed = receiver.Webhooks.Count(webhook => webhook.Path == path);

        receiver.AnswerAt(path, _ => new RawAnswer(204));
        (await client.EnableEndpointAsync(main.Id, cancellationToken: Cancellation)).Status.ShouldBe(EndpointStatuses.Enabled);

        await SettledAsync(world.Bridge, world.ClientKey);
        var arrived = receiver.Webhooks.Where(webhook => webhook.Path == path).Skip(failed).ToList();
        await ShouldBeEndsOfAsync(world, arrived, tasks);
        arrived.ShouldAllBe(webhook => IsSignedBy(main.Secret, webhook) && !IsSignedBy(ofClient, webhook));
        // Nothing else was sent: neither to it as a bare callback, nor its own disabling, nor twice to anybody.
        receiver.Webhooks.Count.ShouldBe(failed + tasks.Count + 2);
    }

    [Fact]
    public async Task AReplayThatARestartBreaksOff_GoesOnWhereItWas_AndSendsEachOnce()
    {
        // More than may wait at a destination at once, so that it is in the middle while nothing is sent.
        const int count = 150;
        await using var database = await server.CreateDatabaseAsync();
        await using var upstream = await EmulatorServer.StartAsync(
            new EmulatorOptions { ApiKey = BridgeApplication.UpstreamKey, TimeScale = World.TimeScale });
        await using var receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        string clientKey;
        EndpointCreated endpoint;
        await using (var first = await StartAsync(database, upstream))
        {
            clientKey = (await first.CreateClientAsync()).ApiKey;
            var client = first.ClientOf(clientKey);
            endpoint = await client.CreateEndpointAsync(new() { Url = receiver.Hook("main").AbsoluteUri }, cancellationToken: Cancellation);
            receiver.Secrets = [WebhookSecret.Parse(endpoint.Secret)];
            await client.DisableEndpointAsync(endpoint.Id, cancellationToken: Cancellation);
            await client.RegisterBatchAsync(
                [.. Enumerable.Range(0, count).Select(_ => new TaskRegistration { TaskId = Completed(upstream).Id })],
                cancellationToken: Cancellation);
            await Wait.UntilAsync(
                async () => await database.ScalarAsync<long>("select count(*) from bridge.events where type = 'task.completed'") == count,
                "all tasks have ended", World.Patience);
            await first.ClientOf(BridgeApplication.AdminKey).HoldAsync(new(HoldKinds.Deliveries, Host: "127.0.0.1"), Cancellation);

            await client.EnableEndpointAsync(endpoint.Id, cancellationToken: Cancellation);
            await Wait.UntilAsync(
                async () => await client.ListReplaysAsync(Cancellation).SingleAsync(Cancellation) is { Queued: > 0 and < count },
                "the replay is in the middle", World.Patience);
        }

        await using var second = await StartAsync(database, upstream);
        receiver.Webhooks.ShouldBeEmpty("all of it is held, by the host alone");
        await second.ClientOf(BridgeApplication.AdminKey).ReleaseAsync(new(HoldKinds.Deliveries, Host: "127.0.0.1"), Cancellation);

        await SettledAsync(second, clientKey);
        receiver.Webhooks.Count.ShouldBe(count);
        receiver.Webhooks.Select(webhook => webhook.WebhookId).Distinct().Count().ShouldBe(count);
        receiver.Webhooks.ShouldAllBe(webhook => webhook.Verification == WebhookVerification.Verified);
        (await second.ClientOf(clientKey).ListReplaysAsync(Cancellation).SingleAsync(Cancellation)).Queued.ShouldBe(count);
    }

    [Fact]
    public async Task AnUpstreamKeyThatIsRefused_IsToldToTheEndpointThatListensForIt()
    {
        const string key = "sk-key-of-the-client-0123456789";
        await using var world = await World.StartAsync(server);
        var endpoint = await world.Client.CreateEndpointAsync(
            new() { Url = world.Receiver.Hook("keys").AbsoluteUri, Events = [EventTypes.UpstreamKeyRejected] }, cancellationToken: Cancellation);
        await world.Client.CreateEndpointAsync(new() { Url = world.Receiver.Hook("ends").AbsoluteUri }, cancellationToken: Cancellation);
        world.Receiver.Secrets = [WebhookSecret.Parse(endpoint.Secret)];
        world.Upstream.Accept(key);
        await world.Client.SetUpstreamKeyAsync("own", new(key), Cancellation);
        world.Upstream.Revoke(key);

        foreach (var _ in Enumerable.Range(0, 3))
        {
            await world.Client.RegisterAsync(
                new() { TaskId = Completed(world.Upstream).Id, UpstreamKey = "own" }, cancellationToken: Cancellation);
        }

        var told = (await world.Receiver.WaitForAsync(_ => true, 1, World.Patience)).ShouldHaveSingleItem();
        (told.Path, told.Verification).ShouldBe(("/hooks/keys", WebhookVerification.Verified));
        var data = WebhookEvent.Read(told.Body.Span).ReadUpstreamKey().ShouldNotBeNull();
        (data.Name, data.State).ShouldBe(("own", UpstreamKeyStates.Rejected));
        (await world.Client.ListEventsAsync(cancellationToken: Cancellation)).Data.ShouldHaveSingleItem().Id.ShouldBe(told.WebhookId);
    }

    private static Task<BridgeApplication> StartAsync(TestDatabase database, EmulatorServer upstream) => BridgeApplication.StartAsync(
        database, null, ownsDatabase: false, null, [.. World.Settings(upstream.BaseUrl)]);

    private static EmulatedTask Completed(EmulatorServer upstream) =>
        upstream.Tasks.Create(new NewTask { Family = EmulatedFamily.Veo, Statuses = [EmulatedStatus.Completed] });

    private static Task<BridgeTask> RegisterAsync(World world, string? callback) => world.Client.RegisterAsync(
        new() { TaskId = Completed(world.Upstream).Id, CallbackUrl = callback }, cancellationToken: Cancellation);

    // The failures are a few seconds old; the rule wants a minute of them.
    private static async Task DisabledAsync(World world, string endpoint)
    {
        await world.Bridge.Database.ExecuteAsync(
            "update bridge.destinations set failing_since = failing_since - interval '2 minutes' where host = $1", endpoint);
        await Wait.UntilAsync(
            async () =>
            {
                world.Bridge.Services.GetRequiredService<FailingEndpoints>().Wake.Raise();
                return (await world.Client.GetEndpointAsync(endpoint, Cancellation)).Status == EndpointStatuses.Disabled;
            },
            "the endpoint is disabled", World.Patience);
    }

    private static Task EndedAsync(World world, int count) => Wait.UntilAsync(
        async () => await world.Client.ListTasksAsync(cancellationToken: Cancellation).CountAsync(task => task.Ended, Cancellation) == count,
        "the tasks have ended", World.Patience);

    private static async Task SettledAsync(BridgeApplication bridge, string clientKey)
    {
        var client = bridge.ClientOf(clientKey);
        await Wait.UntilAsync(
            async () => (await client.ListReplaysAsync(Cancellation).SingleAsync(Cancellation)).Status == "completed"
                && !await client.ListDeliveriesAsync(new() { State = "pending" }, Cancellation).AnyAsync(Cancellation),
            "the replay has ended and nothing is pending", World.Patience);
    }

    private static async Task ShouldBeEndsOfAsync(World world, List<ReceivedWebhook> webhooks, List<BridgeTask> tasks)
    {
        webhooks.Select(webhook => WebhookEvent.Read(webhook.Body.Span).ReadTask()!.Id)
            .ShouldBe(tasks.Select(task => task.Id), ignoreOrder: true);
        var feed = (await world.Client.ListEventsAsync(cancellationToken: Cancellation)).Data;
        var completed = feed.Where(entry => entry.Type == EventTypes.TaskCompleted);
        webhooks.Select(webhook => webhook.WebhookId).ShouldBe(completed.Select(entry => entry.Id), ignoreOrder: true);
    }

    private static bool IsSignedBy(string secret, ReceivedWebhook webhook) => new WebhookVerifier(secret).Verify(
        webhook.WebhookId, webhook.Headers[WebhookSignature.TimestampHeader], webhook.Headers[WebhookSignature.SignatureHeader],
        webhook.Body.Span) == WebhookVerification.Verified;
}
