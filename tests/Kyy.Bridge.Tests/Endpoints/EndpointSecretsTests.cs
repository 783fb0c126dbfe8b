using System.Net;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Endpoints;

/// <summary>The secrets of endpoints, as a receiver meets them.</summary>
public sealed class EndpointSecretsTests(PostgresServer server) : IAsyncLifetime
{
    private BridgeApplication _bridge = null!;
    private ReceiverServer _receiver = null!;
    private EndpointOwner _owner = null!;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        _receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        _owner = await EndpointOwner.CreateAsync(_bridge);
    }

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_receiver_sees_signatures_by_both_secrets_during_the_overlap_and_by_one_after_it()
    {
        var made = await _owner.MakeAsync(_receiver.Hook().AbsoluteUri);
        (await SignersAsync(made.Id, made.Secret)).ShouldBe((1, true));

        var rotated = await _owner.RotateAsync(made.Id, 3600);

        rotated.Secret.ShouldNotBe(made.Secret);
        rotated.PreviousValidUntil.ShouldNotBeNull().ShouldBe(TimeProvider.System.GetUtcNow().AddHours(1), TimeSpan.FromSeconds(30));
        (await _owner.SecretAsync(made.Id)).ShouldBe(rotated);
        (await SignersAsync(made.Id, made.Secret)).ShouldBe((2, true));
        (await SignersAsync(made.Id, rotated.Secret)).ShouldBe((2, true));

        var third = await _owner.RotateAsync(made.Id, 60);
        third.PreviousValidUntil.ShouldNotBeNull().ShouldBe(TimeProvider.System.GetUtcNow().AddMinutes(1), TimeSpan.FromSeconds(30));
        (await SignersAsync(made.Id, made.Secret)).ShouldBe((3, true));

        await _bridge.Database.ExecuteAsync("update bridge.endpoint_secrets set valid_until = now() where valid_until is not null");
        _bridge.Clock.Advance(TimeSpan.FromSeconds(5));
        (await SignersAsync(made.Id, third.Secret)).ShouldBe((1, true));
        (await SignersAsync(made.Id, rotated.Secret)).ShouldBe((1, false));

        var last = await _owner.RotateAsync(made.Id, 0);
        last.PreviousValidUntil.ShouldBeNull();
        (await SignersAsync(made.Id, third.Secret)).ShouldBe((1, false));
        (await SignersAsync(made.Id, last.Secret)).ShouldBe((1, true));
        // What had expired before has gone; what was ended a moment ago goes with the next one.
        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.endpoint_secrets")).ShouldBe(2);
    }

    [Fact]
    public async Task Rotating_many_times_at_once_leaves_one_current_secret()
    {
        var made = await _owner.MakeAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => _owner.Caller.PostAsync($"{EndpointOwner.Path}/{made.Id}/secret/rotate", new { overlap_seconds = 60 })));

        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.OK);
        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.endpoint_secrets where valid_until is null")).ShouldBe(1);
        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.endpoint_secrets")).ShouldBe(9);
    }

    [Theory]
    [InlineData("{}", "is required")]
    [InlineData("{\"overlap_seconds\":-1}", "from 0 to 604800")]
    [InlineData("{\"overlap_seconds\":604801}", "from 0 to 604800")]
    public async Task An_overlap_that_is_wrong_rotates_nothing(string body, string message)
    {
        var made = await _owner.MakeAsync();

        using var answer = await _owner.Caller.PostTextAsync($"{EndpointOwner.Path}/{made.Id}/secret/rotate", body);

        answer.ShouldBeInvalid("overlap_seconds", message);
        (await _owner.SecretAsync(made.Id)).ShouldBe(new(made.Secret, null));
    }

    [Fact]
    public async Task A_change_on_another_replica_counts_within_five_seconds()
    {
        await using var replica = await BridgeApplication.StartAsync(_bridge.Database, _bridge.Database.DataSource, ownsDatabase: false);
        var made = await _owner.MakeAsync(_receiver.Hook().AbsoluteUri);
        var id = EndpointOwner.Id(TypeId.Endpoint, made.Id);
        (await replica.EnvelopeAsync(id))!.Secrets.Single().Reveal().ShouldBe(made.Secret);

        var rotated = await _owner.RotateAsync(made.Id, 0);
        await _owner.ChangeAsync(made.Id, new { url = _receiver.Hook("moved").AbsoluteUri });
        replica.Clock.Advance(TimeSpan.FromSeconds(4.9));

        var envelope = (await replica.EnvelopeAsync(id))!;
        envelope.Secrets.Single().Reveal().ShouldBe(rotated.Secret);
        envelope.Url.ShouldBe(_receiver.Hook("moved").AbsoluteUri);
    }

    [Theory]
    [InlineData("""
        update bridge.endpoint_secrets set ciphertext = (select s.ciphertext from bridge.endpoint_secrets s where s.endpoint_id <> $1)
        where endpoint_id = $1
        """)]
    [InlineData("update bridge.endpoints set headers = (select e.headers from bridge.endpoints e where e.id <> $1) where id = $1")]
    [InlineData("update bridge.endpoints set headers = '\\x00'::bytea where id = $1")]
    public async Task What_was_copied_from_elsewhere_is_worth_nothing_and_is_told_as_not_signed(string tampering)
    {
        var headers = new Dictionary<string, string> { ["X-Tenant"] = "acme" };
        var made = await _owner.MakeAsync(new { url = _receiver.Hook().AbsoluteUri, headers });
        await _owner.MakeAsync(new { url = _receiver.Hook().AbsoluteUri, headers });
        (await _bridge.Database.ExecuteAsync(tampering, EndpointOwner.Id(TypeId.Endpoint, made.Id))).ShouldBe(1);

        var attempt = await _owner.TestAsync(made.Id);

        (attempt.StatusCode, attempt.Error, attempt.ResponseBody).ShouldBe((null, "not_signed", null));
        _receiver.Webhooks.ShouldBeEmpty();
        _bridge.Log.Lines.ShouldContain(
            line => line.Contains("\"Id\":3001", StringComparison.Ordinal) && line.Contains(made.Id, StringComparison.Ordinal));
    }

    // How many signatures the receiver got, and whether one of them is by this secret.
    private async Task<(int Count, bool IsSigner)> SignersAsync(string id, string secret)
    {
        (await _owner.TestAsync(id)).StatusCode.ShouldBe(204);
        var webhook = _receiver.Webhooks[^1];
        var signatures = webhook.Headers[WebhookSignature.SignatureHeader];
        var verification = new WebhookVerifier(secret).Verify(
            webhook.WebhookId, webhook.Headers[WebhookSignature.TimestampHeader], signatures, webhook.Body.Span);
        return (signatures.Split(' ').Length, verification == WebhookVerification.Verified);
    }
}
