using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Persistence.Migrations;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Processes;

/// <summary>Four replicas that begin at the same moment on an empty database.</summary>
public sealed class StartingTogetherTests(PostgresServer server)
{
    private const int Replicas = 4;
    private const string MigrationsSql = """select array_agg("MigrationId"::text order by "MigrationId") from bridge.migrations""";

    [Fact]
    public async Task All_of_them_come_up_with_one_schema_and_one_key_ring()
    {
        await using var fleet = await Fleet.StartAsync(server);
        await fleet.EmptyTheDatabaseAsync();

        var replicas = await Task.WhenAll(Enumerable.Range(0, Replicas).Select(_ => fleet.JoinAsync()));

        (await fleet.Database.ScalarAsync<string[]>(MigrationsSql)).ShouldBe(KnownMigrations.Ids);
        (await fleet.Database.ScalarAsync<long>("select count(*) from bridge.data_protection_keys")).ShouldBe(1);
        // A secret that one of them encrypted is read by all.
        HashSet<string> secrets = [];
        foreach (var replica in replicas)
            secrets.Add((await (await fleet.ClientOfAsync(replica)).GetSigningSecretAsync(TestContext.Current.CancellationToken)).Secret);
        secrets.Count.ShouldBe(1);
        foreach (var (replica, number) in replicas.Zip(Enumerable.Range(1, Replicas)))
            await fleet.RegisterAsync(replica, $"of-{number}", 10, EmulatedStatus.Processing, EmulatedStatus.Completed);
        await fleet.ShouldHaveLostNothingAsync(World.Patience);
        fleet.ShouldNotHavePolledTooEarly();
        fleet.Duplicates().ShouldBe(0);
    }
}
