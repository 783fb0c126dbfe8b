using Kyy.Bridge.Keys;
using Kyy.Bridge.Secrets;
using Kyy.Bridge.Tests.Support;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Secrets;

public sealed class KeyRingTests(PostgresServer server)
{
    [Fact]
    public async Task Replicas_ReadEachOthersSecretsWithTheOneKeyOfTheMigration()
    {
        await using var one = await BridgeApplication.StartAsync(server);
        await using var other = await BridgeApplication.StartAsync(one.Database, one.Database.DataSource, ownsDatabase: false);

        Protector(other).Unprotect(Protector(one).Protect("secret")).ShouldBe("secret");
        (await one.QueryAsync(db => db.DataProtectionKeys.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task Migrate_ManyAtOnceOnAnEmptyRing_MakesOneKey()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        await bridge.QueryAsync(db => db.DataProtectionKeys.ExecuteDeleteAsync());
        await bridge.QueryAsync(db => db.Set<InstanceSecret>().ExecuteDeleteAsync());

        var stop = TestContext.Current.CancellationToken;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => BridgeService.MigrateAsync(bridge.Services, firstSteps: null, stop)));

        (await bridge.QueryAsync(db => db.DataProtectionKeys.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task Migrate_RingLost_MakesNoOtherInItsPlace()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        await bridge.QueryAsync(db => db.DataProtectionKeys.ExecuteDeleteAsync());

        var refusal = await Should.ThrowAsync<KeyRingException>(
            BridgeService.MigrateAsync(bridge.Services, firstSteps: null, TestContext.Current.CancellationToken));

        refusal.Message.ShouldContain("bridge.instance_secrets holds secrets");
        (await bridge.QueryAsync(db => db.DataProtectionKeys.CountAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task Protect_RingEmpty_FailsRatherThanMakingAKeyOfItsOwn()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        await using var late = await EmptiedAsync(bridge);

        Should.Throw<Exception>(() => Protector(late).Protect("secret"));
        (await late.QueryAsync(db => db.DataProtectionKeys.CountAsync())).ShouldBe(0);
    }

    private static async Task<BridgeApplication> EmptiedAsync(BridgeApplication bridge)
    {
        await bridge.QueryAsync(db => db.DataProtectionKeys.ExecuteDeleteAsync());
        return await BridgeApplication.StartAsync(bridge.Database, bridge.Database.DataSource, ownsDatabase: false);
    }

    private static IDataProtector Protector(BridgeApplication bridge) =>
        bridge.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");
}
