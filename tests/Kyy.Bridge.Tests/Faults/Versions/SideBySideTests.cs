using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Persistence.Migrations;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Versions;

/// <summary>
/// An upgrade under load: processes of the version before work, one of this version starts and migrates under them, both go on side by
/// side, and then only the new ones are left.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
[Trait(Soak.Trait, "versions")]
public sealed class SideBySideTests(PostgresServer server)
{
    private const int Batch = 200, Batches = 9, NewFrom = 3, OldUntil = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // It builds the version before, which takes a minute, from the repository's history: by `deploy/dev soak`, which asks for it.
    [Fact(Explicit = true)]
    public async Task An_upgrade_under_load_loses_nothing_and_ends_nothing_twice()
    {
        using var folder = new ScratchFolder();
        var commit = await VersionBefore.CommitAsync();
        Soak.Say($"The version before {KnownMigrations.Ids[^1]} is {commit} …");
        var old = await VersionBefore.BuildAsync(commit, folder.Path);
        await using var database = await server.CreateDatabaseAsync();
        await using var upstream = await EmulatorServer.StartAsync(
            new EmulatorOptions { ApiKey = BridgeApplication.UpstreamKey, TimeScale = World.TimeScale });
        await using var receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        // What the tests' template has made is of this version.
        await ReadAsync(database, "drop schema bridge cascade; select ''");

        var running = new List<BridgeProcess>();
        try
        {
            for (var i = 0; i < 2; i++) running.Add(await BridgeProcess.StartAsync(old, Settings(database, upstream)));
            (await MigrationsAsync(database)).ShouldNotContain(KnownMigrations.Ids[^1]);
            await UpgradeAsync(running, database, upstream, receiver);
        }
        finally
        {
            foreach (var process in running) await process.DisposeAsync();
        }
    }

    private static async Task UpgradeAsync(List<BridgeProcess> running, TestDatabase database, EmulatorServer upstream, ReceiverServer receiver)
    {
        var key = (await running[0].ClientOf(BridgeApplication.AdminKey).CreateClientAsync(new("acme"), cancellationToken: Cancellation)).ApiKey;
        receiver.Secrets = [WebhookSecret.Parse((await running[0].ClientOf(key).GetSigningSecretAsync(Cancellation)).Secret)];
        for (var batch = 0; batch < Batches; batch++)
        {
            if (batch == NewFrom)
            {
                running.Add(await BridgeProcess.StartAsync(Settings(database, upstream)));
                (await MigrationsAsync(database)).ShouldContain(KnownMigrations.Ids[^1]);
            }

            if (batch == OldUntil) await EndOldAsync(running);
            // By each of those that run in turn, so that both versions register, poll and deliver.
            await RegisterAsync(running[batch % running.Count], key, upstream, receiver);
            await receiver.WaitForAsync(_ => true, (batch + 1) * Batch / 2, Patience);
        }

        var received = await receiver.WaitForAsync(_ => true, Batches * Batch, Patience);
        ShouldBeWhole(received, upstream);
        (await ReadAsync(database, "select count(*)::text from bridge.tasks where status <> 'completed'")).ShouldBe(["0"]);
        foreach (var process in running) process.Output.ShouldNotContain("42P01");
    }

    private static async Task EndOldAsync(List<BridgeProcess> running)
    {
        foreach (var process in running[..2])
        {
            (await process.TerminateAsync()).ShouldBe(0, process.Output);
            await process.DisposeAsync();
        }

        running.RemoveRange(0, 2);
    }

    private static void ShouldBeWhole(IReadOnlyList<ReceivedWebhook> received, EmulatorServer upstream)
    {
        var events = received.Select(webhook => (webhook.WebhookId, Task: WebhookEvent.Read(webhook.Body.Span).ReadTask()!)).ToArray();
        var report = upstream.Report();
        Soak.Say($"{received.Count} webhooks, {received.Count - events.Select(one => one.WebhookId).Distinct().Count()} repeats; {report.Polls} polls, "
            + $"smallest gap {report.SmallestGap}");
        received.ShouldAllBe(webhook => webhook.Verification == WebhookVerification.Verified);
        events.ShouldAllBe(one => one.Task.Status == TaskStatuses.Completed);
        events.Select(one => one.Task.TaskId).Distinct().Count().ShouldBe(Batches * Batch);
        // One event id each, however often it came.
        events.Distinct().GroupBy(one => one.Task.TaskId).ShouldAllBe(same => same.Select(one => one.WebhookId).Distinct().Count() == 1);
        report.Violations.Values.Sum().ShouldBe(0);
    }

    private static async Task RegisterAsync(BridgeProcess process, string key, EmulatorServer upstream, ReceiverServer receiver)
    {
        var script = new NewTask { Family = EmulatedFamily.Veo, QueuedFor = TimeSpan.FromMinutes(1), ProcessingFor = TimeSpan.FromMinutes(1) };
        TaskRegistration[] wanted =
        [
            .. Enumerable.Range(0, Batch).Select(_ => new TaskRegistration
            {
                TaskId = upstream.Tasks.Create(script).Id, Family = Families.Veo, CallbackUrl = receiver.Hook().AbsoluteUri,
            }),
        ];
        (await process.ClientOf(key).RegisterBatchAsync(wanted, cancellationToken: Cancellation)).Created.ShouldBe(Batch);
    }

    private static Task<List<string>> MigrationsAsync(TestDatabase database) => ReadAsync(database, "select \"MigrationId\" from bridge.migrations");

    private static async Task<List<string>> ReadAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var values = new List<string>();
        while (await reader.ReadAsync(Cancellation)) values.Add(reader.GetString(0));
        return values;
    }

    private static (string, string)[] Settings(TestDatabase database, EmulatorServer upstream) =>
    [
        .. World.Settings(upstream.BaseUrl),
        ("ConnectionStrings:Bridge", database.ConnectionString),
        ("Bridge:Auth:AdminKey", BridgeApplication.AdminKey),
        ("Bridge:Upstream:ApiKey", BridgeApplication.UpstreamKey),
    ];
}
