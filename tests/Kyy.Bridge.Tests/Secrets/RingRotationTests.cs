using System.Security.Cryptography;
using Kyy.Bridge.Secrets;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Secrets;

/// <summary>A new key of the ring, and another protection over it, while replicas serve.</summary>
public sealed class RingRotationTests(PostgresServer server) : IDisposable
{
    private const string Key = "Bridge:Secrets:Key", PreviousKeys = "Bridge:Secrets:PreviousKeys";

    private readonly ScratchFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rotate_ReencryptsEveryRow_WhileAnotherReplicaGoesOn()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        await using var replica = await ReplicaAsync(bridge.Database);
        var stored = await StoreAsync(bridge);
        var former = await KeyOfCanaryAsync(bridge.Database);
        (await replica.As(stored.ClientKey).GetAsync("/v1/signing-secret")).Body.ShouldContain(stored.SigningSecret);

        var (code, output, errors) = await RotateAsync(bridge);

        (code, errors).ShouldBe((0, ""), output);
        output.ShouldContain("bridge.signing_secrets.ciphertext: 1 re-encrypted");
        output.ShouldContain("bridge.idempotency_keys.body: 1 re-encrypted");
        var key = await KeyOfCanaryAsync(bridge.Database);
        key.ShouldNotBe(former);
        (await HeadsAsync(bridge.Database)).ShouldBe([key]);
        await stored.ShouldBeReadableAsync(bridge);
        // The replica meets the new key for the first time, and reads by it at once; it encrypts by it within seconds.
        await stored.ShouldBeReadableAsync(replica);
        await Wait.UntilAsync(() => Encrypting(replica) == key, "the replica encrypts by the new key");
    }

    [Fact]
    public async Task Rotate_Interrupted_IsResumedWithTheSameKey_AndLeavesTheUnreadableAlone()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var stored = await StoreAsync(bridge);
        using var stop = new CancellationTokenSource();
        await using var stopping = new StoppingWriter("endpoint_secrets", stop);
        await Should.ThrowAsync<OperationCanceledException>(
            Rotation(bridge).RunAsync(false, TimeSpan.Zero, stopping, TextWriter.Null, stop.Token));
        (await HeadsAsync(bridge.Database)).Count.ShouldBe(2);
        await bridge.Database.ExecuteAsync(
            "update bridge.signing_secrets set ciphertext = set_byte(ciphertext, 40, 255 - get_byte(ciphertext, 40))");

        var (code, output, errors) = await RotateAsync(bridge, resume: true);

        (await bridge.QueryAsync(db => db.DataProtectionKeys.CountAsync())).ShouldBe(2);
        code.ShouldBe(1, output);
        errors.ShouldContain("1 rows are encrypted by no key of the ring, or were changed");
        (await HeadsAsync(bridge.Database)).Count.ShouldBe(2);
        stored.ClientKey.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task UnprotectedRing_IsTakenOver_SaidSo_AndProtectedByARotation()
    {
        var (key, other) = (NewKey(), NewKey());
        await using var database = await server.CreateDatabaseAsync();
        await using var bridge = await ReplicaAsync(database, (Key, key));
        var stored = await StoreAsync(bridge);

        await Check(bridge).RunAsync(Cancellation);
        bridge.Log.Lines.ShouldContain(line => line.Contains("keys rotate protects all of it", StringComparison.Ordinal));
        (await RotateAsync(bridge)).ExitCode.ShouldBe(0);

        var xml = await RingAsync(database);
        xml.ShouldNotContain("requiresEncryption");
        xml.ShouldContain("decryptorType=\"Kyy.Bridge.Secrets.RingKeyDecryptor, Kyy.Bridge\"");
        xml.ShouldNotContain(key);
        await using var again = await ReplicaAsync(database, (Key, key));
        await Check(again).RunAsync(Cancellation);
        again.Log.Lines.ShouldNotContain(line => line.Contains("keys rotate", StringComparison.Ordinal));
        await stored.ShouldBeReadableAsync(again);

        await using var wrong = await ReplicaAsync(database, (Key, other));
        var refusal = await Should.ThrowAsync<KeyRingException>(Check(wrong).RunAsync(Cancellation));
        refusal.Message.ShouldContain($"protected by the key {new RingKey(Convert.FromBase64String(key)).Id}, which is neither");
        await using var none = await ReplicaAsync(database);
        await Should.ThrowAsync<KeyRingException>(Check(none).RunAsync(Cancellation));

        await using var changed = await ReplicaAsync(database, (Key, other), (PreviousKeys, key));
        await Check(changed).RunAsync(Cancellation);
        (await RotateAsync(changed)).ExitCode.ShouldBe(0);
        await using var alone = await ReplicaAsync(database, (Key, other));
        await Check(alone).RunAsync(Cancellation);
        await stored.ShouldBeReadableAsync(alone);
    }

    [Fact]
    public async Task Certificate_IsReplacedByAnother_TheFormerBeingReadable()
    {
        var (first, second) = (Certificates.Write(Path.Combine(_folder.Path, "a.pfx")), Certificates.Write(Path.Combine(_folder.Path, "b.pfx")));
        await using var database = await server.CreateDatabaseAsync();
        await using var bridge = await ReplicaAsync(database, ("Bridge:Secrets:Certificate", first));
        var stored = await StoreAsync(bridge);
        (await RotateAsync(bridge)).ExitCode.ShouldBe(0);

        await using var unaware = await ReplicaAsync(database, ("Bridge:Secrets:Certificate", second));
        var refusal = await Should.ThrowAsync<KeyRingException>(Check(unaware).RunAsync(Cancellation));
        await using var changed = await ReplicaAsync(
            database, ("Bridge:Secrets:Certificate", second), ("Bridge:Secrets:PreviousCertificates", first));
        await Check(changed).RunAsync(Cancellation);
        await stored.ShouldBeReadableAsync(changed);
        (await RotateAsync(changed)).ExitCode.ShouldBe(0);
        await using var alone = await ReplicaAsync(database, ("Bridge:Secrets:Certificate", second));

        refusal.Message.ShouldContain("Bridge:Secrets:PreviousCertificates");
        await Check(alone).RunAsync(Cancellation);
        await stored.ShouldBeReadableAsync(alone);
    }

    [Fact]
    public async Task Start_WithARingThatCannotBeRead_EndsWithTheCodeOfAWrongConfiguration()
    {
        await using var database = await server.CreateDatabaseAsync();
        await database.ExecuteAsync(
            "update bridge.instance_secrets set ciphertext = set_byte(ciphertext, 40, 255 - get_byte(ciphertext, 40)) where name = 'canary'");
        await ExpectRefusalAsync(database, "serve", "bridge.instance_secrets was changed");
        await database.ExecuteAsync("delete from bridge.data_protection_keys");
        await ExpectRefusalAsync(database, "serve", "The key ring (bridge.data_protection_keys) is empty");
        await ExpectRefusalAsync(database, "migrate", "Nothing was changed.");
    }

    private static async Task ExpectRefusalAsync(TestDatabase database, string verb, string words)
    {
        var (exitCode, output, error) = await BridgeProcess.RunAsync(
            [verb], ("ConnectionStrings:Bridge", database.ConnectionString), ("Bridge:Database:MigrateAtStart", "false"),
            ("Bridge:Auth:AdminKey", BridgeApplication.AdminKey));
        exitCode.ShouldBe(78, output + error);
        error.ShouldContain(words);
        error.ShouldNotContain("   at ");
    }

    private static Task<BridgeApplication> ReplicaAsync(TestDatabase database, params (string Key, string Value)[] settings) =>
        BridgeApplication.StartAsync(database, null, ownsDatabase: false, settings: settings);

    private static async Task<StoredSecrets> StoreAsync(BridgeApplication bridge) => await StoredSecrets.MakeAsync(bridge);

    private static RingRotation Rotation(BridgeApplication bridge) => bridge.Services.GetRequiredService<RingRotation>();

    private static RingCheck Check(BridgeApplication bridge) => bridge.Services.GetRequiredService<RingCheck>();

    private static Guid Encrypting(BridgeApplication bridge) => bridge.Services.GetRequiredService<Reprotection>().Encrypting();

    private static async Task<(int ExitCode, string Output, string Errors)> RotateAsync(BridgeApplication bridge, bool resume = false)
    {
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        var code = await Rotation(bridge).RunAsync(resume, TimeSpan.Zero, output, errors, Cancellation);
        return (code, output.ToString(), errors.ToString());
    }

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static async Task<Guid> KeyOfCanaryAsync(TestDatabase database) =>
        Ciphertext.KeyOf(await database.ScalarAsync<byte[]>("select ciphertext from bridge.instance_secrets where name = 'canary'"))!.Value;

    private static Task<string> RingAsync(TestDatabase database) =>
        database.ScalarAsync<string>("select string_agg(xml, '') from bridge.data_protection_keys");

    /// <summary>The keys that any row is encrypted by.</summary>
    private static async Task<List<Guid>> HeadsAsync(TestDatabase database)
    {
        var heads = new List<Guid>();
        await using var command = database.DataSource.CreateCommand("""
            select distinct substr(ciphertext, 1, 20) from (
                select ciphertext from bridge.signing_secrets union all select ciphertext from bridge.endpoint_secrets
                union all select headers from bridge.endpoints union all select ciphertext from bridge.upstream_keys
                union all select ciphertext from bridge.instance_secrets union all select body from bridge.idempotency_keys) everything
            where ciphertext is not null
            """);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation)) heads.Add(Ciphertext.KeyOf(reader.GetFieldValue<byte[]>(0))!.Value);
        return heads;
    }

    /// <summary>Cancels as soon as a line names a column.</summary>
    private sealed class StoppingWriter(string column, CancellationTokenSource stop) : StringWriter
    {
        public override async Task WriteLineAsync(string? value)
        {
            if (value!.Contains(column, StringComparison.Ordinal)) await stop.CancelAsync();
        }
    }
}
