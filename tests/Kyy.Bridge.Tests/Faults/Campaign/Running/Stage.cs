using System.Collections.Immutable;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Configuration;
using Kyy.Bridge.Tests.Faults.Campaign.Planning;
using Kyy.Bridge.Tests.Faults.Database;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Campaign.Running;

/// <summary>What is around the replicas: a PostgreSQL that can die, the emulated upstream, and one receiver for each behaviour.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private const int MostKept = 1_000_000;

    // Some commits of events take their time, so that whoever does not wait for them is seen to be ahead. Not all, and not those of claims:
    // a poll has to begin soon after its claim.
    private const string SlowCommits = """
        create function slow_commit() returns trigger language plpgsql as $$ begin perform pg_sleep(0.15); return null; end $$;
        create constraint trigger slow_commit after insert on bridge.events deferrable initially deferred
        for each row when (hashtext(new.id::text) % 20 = 0) execute function slow_commit();
        """;

    private Stage(
        MortalPostgres database, EmulatorServer upstream, DateTimeOffset upstreamBegan, Dictionary<Hook, ReceiverServer> receivers) =>
        (Database, Upstream, UpstreamBegan, Receivers) = (database, upstream, upstreamBegan, receivers);

    public MortalPostgres Database { get; }

    public EmulatorServer Upstream { get; }

    /// <summary>What the emulator counts its times from.</summary>
    public DateTimeOffset UpstreamBegan { get; }

    public IReadOnlyDictionary<Hook, ReceiverServer> Receivers { get; }

    public static async Task<Stage> StartAsync(CampaignPlan plan)
    {
        // With when each transaction was committed: whether somebody heard of it before.
        var database = await MortalPostgres.StartAsync(null, ("track_commit_timestamp", "on"), ("max_connections", "60"));
        await database.ExecuteAsync(SlowCommits);
        var began = TimeProvider.System.GetUtcNow();
        var upstream = await EmulatorServer.StartAsync(new EmulatorOptions
        {
            ApiKey = BridgeApplication.UpstreamKey,
            TimeScale = World.TimeScale,
            CountingWindow = TimeSpan.FromSeconds(1) / World.TimeScale,
            RetryAfterTolerance = TimeSpan.FromSeconds(1),
        });
        var answers = new HookAnswers(new(plan.Seed), TimeProvider.System);
        var receivers = new Dictionary<Hook, ReceiverServer>();
        foreach (var hook in Enum.GetValues<Hook>())
        {
            receivers[hook] = await ReceiverServer.StartAsync(new ReceiverOptions { Capacity = MostKept });
            receivers[hook].Answer = webhook => answers.Of(hook, webhook);
        }

        return new(database, upstream, began, receivers);
    }

    /// <summary>Tells the receivers what has to have signed.</summary>
    public void Trust(string callbacks, string endpoint)
    {
        foreach (var (hook, receiver) in Receivers)
            receiver.Secrets = ImmutableArray.Create(WebhookSecret.Parse(hook == Hook.Endpoint ? endpoint : callbacks));
    }

    /// <summary>What every replica is started with.</summary>
    public (string Key, string Value)[] Settings() =>
    [
        .. CampaignSettings.Replica(Upstream.BaseUrl),
        ("ConnectionStrings:Bridge", Database.ConnectionString),
        ("Bridge:Auth:AdminKey", BridgeApplication.AdminKey),
        ("Bridge:Upstream:ApiKey", BridgeApplication.UpstreamKey),
        (Given.RingKeyKey, Given.RingKey),
    ];

    public async ValueTask DisposeAsync()
    {
        await Upstream.DisposeAsync();
        foreach (var receiver in Receivers.Values) await receiver.DisposeAsync();
        await Database.DisposeAsync();
    }
}
