using System.Net;
using System.Text;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Deliveries;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Deliveries;

public sealed class SigningSecretsTests(PostgresServer server) : IAsyncLifetime
{
    private const string Path = "/v1/signing-secret", Rotate = "/v1/signing-secret/rotate";

    private BridgeApplication _bridge = null!;
    private TestCaller _client = null!;
    private Guid _id;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        var client = await _bridge.CreateClientAsync();
        _client = _bridge.As(client.ApiKey);
        TypeId.TryParse(TypeId.Client, client.Id, out _id);
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task Get_IsTheSecretThatSigns()
    {
        var shown = await GetAsync();

        shown.Secret.ShouldStartWith("whsec_");
        shown.PreviousValidUntil.ShouldBeNull();
        (await SigningAsync(_bridge)).ShouldBe([shown.Secret]);
    }

    [Fact]
    public async Task Get_AnotherClient_HasAnotherSecret()
    {
        var other = await _bridge.CreateClientAsync();
        using var answer = await _bridge.As(other.ApiKey).GetAsync(Path);

        answer.Read(BridgeJson.Wire.SigningSecret).Secret.ShouldNotBe((await GetAsync()).Secret);
    }

    [Fact]
    public async Task Rotate_WithOverlap_SignsWithBothUntilItIsOver()
    {
        var old = await GetAsync();
        await SigningAsync(_bridge);

        var rotated = await RotateAsync(3600);

        rotated.Secret.ShouldNotBe(old.Secret);
        rotated.PreviousValidUntil.ShouldNotBeNull().ShouldBe(TimeProvider.System.GetUtcNow().AddHours(1), TimeSpan.FromSeconds(30));
        (await GetAsync()).ShouldBe(rotated);
        (await SigningAsync(_bridge)).ShouldBe([rotated.Secret, old.Secret]);

        await _bridge.QueryAsync(db => db.Database.ExecuteSqlAsync(
            $"update bridge.signing_secrets set valid_until = now() where valid_until is not null"));
        _bridge.Clock.Advance(TimeSpan.FromSeconds(5));
        (await SigningAsync(_bridge)).ShouldBe([rotated.Secret]);
        (await GetAsync()).PreviousValidUntil.ShouldBeNull();
    }

    [Fact]
    public async Task Rotate_WithoutOverlap_EndsEveryEarlierSecret()
    {
        await RotateAsync(604_800);
        var last = await RotateAsync(0);

        last.PreviousValidUntil.ShouldBeNull();
        (await SigningAsync(_bridge)).ShouldBe([last.Secret]);
    }

    [Fact]
    public async Task Rotate_Often_LeavesNoRowsOfSecretsThatAreOver()
    {
        for (var rotation = 0; rotation < 5; rotation++) await RotateAsync(0);

        (await _bridge.QueryAsync(db => db.SigningSecrets.CountAsync(row => row.ClientId == _id))).ShouldBe(2);
    }

    [Fact]
    public async Task Rotate_OnAnotherReplica_IsSeenWithinFiveSeconds()
    {
        await using var replica = await BridgeApplication.StartAsync(_bridge.Database, _bridge.Database.DataSource, ownsDatabase: false);
        await SigningAsync(replica);

        var rotated = await RotateAsync(0);
        replica.Clock.Advance(TimeSpan.FromSeconds(4.9));

        (await SigningAsync(replica)).ShouldBe([rotated.Secret]);
    }

    [Fact]
    public async Task Rotate_ManyAtOnce_LeavesOneCurrentSecret()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _client.PostAsync(Rotate, new { overlap_seconds = 60 })));

        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.OK);
        (await _bridge.QueryAsync(db => db.SigningSecrets.CountAsync(row => row.ValidUntil == null))).ShouldBe(1);
        (await SigningAsync(_bridge)).Length.ShouldBe(9);
    }

    [Theory]
    [InlineData("{}", "is required")]
    [InlineData("{\"overlap_seconds\":-1}", "must be a whole number from 0 to 604800")]
    [InlineData("{\"overlap_seconds\":604801}", "must be a whole number from 0 to 604800")]
    [InlineData("{\"overlap_seconds\":\"60\"}", "must be a whole number from 0 to 604800")]
    [InlineData("{\"overlap_seconds\":60.5}", "must be a whole number from 0 to 604800")]
    public async Task Rotate_Wrong_NamesTheMemberAndChangesNothing(string body, string message)
    {
        var before = await GetAsync();
        using var answer = await _client.PostTextAsync(Rotate, body);

        answer.ShouldBeInvalid("overlap_seconds", message);
        (await GetAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Stored_IsNotReadable()
    {
        var secret = (await GetAsync()).Secret;

        var row = await _bridge.QueryAsync(db => db.SigningSecrets.SingleAsync());
        var stored = Encoding.Latin1.GetString(row.Ciphertext);
        stored.ShouldNotContain("whsec_");
        stored.ShouldNotContain(secret["whsec_".Length..]);
    }

    [Fact]
    public async Task Stored_CopiedToAnotherClient_CannotBeRead()
    {
        var other = await _bridge.CreateClientAsync();
        await _bridge.QueryAsync(db => db.Database.ExecuteSqlAsync($"""
            update bridge.signing_secrets set ciphertext = (select ciphertext from bridge.signing_secrets where client_id = {_id})
             where client_id <> {_id}
            """));

        using var answer = await _bridge.As(other.ApiKey).GetAsync(Path);
        answer.ShouldBeProblem(HttpStatusCode.InternalServerError, "internal");
        answer.Body.ShouldNotContain("whsec_");
    }

    private async Task<SigningSecret> GetAsync()
    {
        using var answer = await _client.GetAsync(Path);
        return answer.Read(BridgeJson.Wire.SigningSecret);
    }

    private async Task<SigningSecret> RotateAsync(int overlap)
    {
        using var answer = await _client.PostAsync(Rotate, new { overlap_seconds = overlap });
        return answer.Read(BridgeJson.Wire.SigningSecret);
    }

    private async Task<string[]> SigningAsync(BridgeApplication bridge) =>
        [.. (await bridge.Services.GetRequiredService<SigningSecrets>().ForClientAsync(_id)).Select(secret => secret.Reveal())];
}
