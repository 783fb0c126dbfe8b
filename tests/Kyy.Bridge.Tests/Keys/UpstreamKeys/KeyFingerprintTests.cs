using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Upstream;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Keys.UpstreamKeys;

public sealed class KeyFingerprintTests(PostgresServer server)
{
    private static readonly byte[] Secret = [.. Enumerable.Repeat((byte)7, 32)];

    private const string StoredSql = "select ciphertext from bridge.instance_secrets where name = 'fingerprint'";

    private static UpstreamTarget Usual => Target("https://a.example", "k");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://a.example/api", "k", "https://a.example/api/", "k", true)]
    [InlineData("https://a.example/api", "k", "HTTPS://A.example:443/api", "k", true)]
    [InlineData("https://a.example/api", "k", "https://a.example/API", "k", false)]
    [InlineData("https://a.example/api", "k", "http://a.example/api", "k", false)]
    [InlineData("https://a.example/api", "k", "https://b.example/api", "k", false)]
    [InlineData("https://a.example/api", "k", "https://a.example/api", "K", false)]
    [InlineData("https://a.example/api", "k", "https://a.example/ap", "ik", false)]
    public void Of_IsEqualWhereValueAndBaseUrlAre(string baseUrl, string key, string otherUrl, string other, bool equal) =>
        KeyFingerprint.Of(Secret, Target(baseUrl, key)).SequenceEqual(KeyFingerprint.Of(Secret, Target(otherUrl, other))).ShouldBe(equal);

    [Fact]
    public void Of_TheSameKeyElsewhere_IsAnother()
    {
        byte[] elsewhere = [.. Enumerable.Repeat((byte)8, 32)];

        KeyFingerprint.Of(Secret, Usual).ShouldNotBe(KeyFingerprint.Of(elsewhere, Usual));
        KeyFingerprint.Of(Secret, Usual).Length.ShouldBe(32);
    }

    [Fact]
    public async Task Secret_IsMadeOnceAndEncrypted()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var before = await bridge.Database.ScalarAsync<byte[]>(StoredSql);
        var fingerprint = await bridge.Services.GetRequiredService<KeyFingerprint>().OfAsync(Usual, Cancellation);

        await BridgeService.MigrateAsync(bridge.Services, null, Cancellation);
        await using var replica = await BridgeApplication.StartAsync(bridge.Database, bridge.Database.DataSource, ownsDatabase: false);

        (await bridge.Database.ScalarAsync<byte[]>(StoredSql)).ShouldBe(before);
        before.Length.ShouldBeGreaterThan(32);
        (await replica.Services.GetRequiredService<KeyFingerprint>().OfAsync(Usual, Cancellation)).ShouldBe(fingerprint);
    }

    [Fact]
    public async Task Secret_IsNotThere_SaysWhatToDo()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        await bridge.Database.ExecuteAsync("delete from bridge.instance_secrets");

        var fault = await Should.ThrowAsync<InvalidOperationException>(async () =>
            await bridge.Services.GetRequiredService<KeyFingerprint>().OfAsync(Usual, Cancellation));

        fault.Message.ShouldContain("migrate");
    }

    private static UpstreamTarget Target(string baseUrl, string key) => new(new(baseUrl), new(key));
}
