using System.Net;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Tests.Endpoints;

/// <summary>Enabling, disabling, replaying and deleting, and what becomes of deliveries meanwhile.</summary>
public sealed class EndpointLifeTests(PostgresServer server) : IAsyncLifetime
{
    private BridgeApplication _bridge = null!;
    private EndpointOwner _owner = null!;
    private EndpointCreated _endpoint = null!;

    private Guid Id => EndpointOwner.Id(TypeId.Endpoint, _endpoint.Id);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bridge = await BridgeApplication.StartAsync(server);
        _owner = await EndpointOwner.CreateAsync(_bridge);
        _endpoint = await _owner.MakeAsync();
    }

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task Disabling_says_who_asked_and_again_changes_nothing()
    {
        var disabled = await _owner.ActAsync(_endpoint.Id, "disable");
        await _bridge.Database.DisableAsync(Id, "failing");
        var again = await _owner.ActAsync(_endpoint.Id, "disable");

        (disabled.Status, disabled.DisabledReason).ShouldBe(("disabled", "by_request"));
        (again.Status, again.DisabledReason).ShouldBe(("disabled", "failing"));
        (await _owner.GetAsync(_endpoint.Id)).ShouldBeEquivalentTo(again);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task Enabling_forgets_the_failures_and_catches_up_unless_told_not_to(bool? catchUp, bool replays)
    {
        await _bridge.Database.FailAsync(Id);
        await _bridge.Database.DisableAsync(Id, "failing");
        (await _owner.GetAsync(_endpoint.Id)).FailingSince.ShouldNotBeNull();

        var enabled = await _owner.ActAsync(_endpoint.Id, "enable", catchUp is null ? null : new { catch_up = catchUp });
        await _owner.ActAsync(_endpoint.Id, "enable");

        (enabled.Status, enabled.DisabledReason, enabled.FailingSince).ShouldBe(("enabled", null, null));
        (await _bridge.Database.HealthAsync(Id)).ShouldBeEmpty();
        var replay = await _bridge.QueryAsync(db => db.Replays.SingleOrDefaultAsync());
        (replay is not null).ShouldBe(replays);
        if (replay is null) return;
        (replay.Kind, replay.EndpointId, replay.ClientId, replay.Status).ShouldBe(("missing", Id, _owner.ClientId, "pending"));
        (replay.Until - replay.Since).ShouldBe(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_replay_is_accepted_as_it_was_asked_for()
    {
        using var answer = await ReplayAsync(
            """{"since":"2026-11-20T09:10:11.123Z","until":"2026-11-21T09:10:11.123Z","events":["task.failed"],"only":"failed"}""");
        using var open = await ReplayAsync("""{"since":"2026-11-20T09:10:11.123Z","until":"2999-11-21T09:10:11.123Z","only":"all"}""");

        answer.Status.ShouldBe(HttpStatusCode.Accepted, answer.Body);
        var id = answer.Read(BridgeJson.Wire.ReplayAccepted).Id;
        answer.Body.ShouldBe($$"""{"id":"{{id}}"}""");
        answer.Header("Location").ShouldBe($"/v1/replays/{id}");
        var row = await _bridge.QueryAsync(db => db.Replays.SingleAsync(replay => replay.Id == EndpointOwner.Id(TypeId.Replay, id)));
        var since = new DateTimeOffset(2026, 11, 20, 9, 10, 11, 123, TimeSpan.Zero);
        (row.Kind, row.EndpointId, row.ClientId, row.Since, row.Until).ShouldBe(("failed", Id, _owner.ClientId, since, since.AddDays(1)));
        row.Events.ShouldBe(["task.failed"]);
        var all = await _bridge.QueryAsync(db => db.Replays.SingleAsync(replay => replay.Kind == "all"));
        all.Until.ShouldBe(all.CreatedAt);
        all.Events.ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"only":"all"}""", "since", "is required")]
    [InlineData("""{"since":"2026-11-20T09:10:11Z"}""", "only", "is required")]
    [InlineData("""{"since":"2026-11-20T09:10:11Z","only":null}""", "only", "is required")]
    [InlineData("""{"since":"2026-11-20T09:10:11Z","only":"dead"}""", "only", "must be one of failed, missing, all")]
    [InlineData("""{"since":"2026-11-20","only":"all"}""", "since", "must be a time")]
    [InlineData("""{"since":"2999-11-20T09:10:11Z","only":"all"}""", "since", "must be in the past")]
    [InlineData("""{"since":"2026-11-20T09:10:11Z","until":"2026-11-20T09:10:11Z","only":"all"}""", "until", "must be later than since")]
    [InlineData("""{"since":"2026-11-20T09:10:11Z","only":"all","events":["nothing"]}""", "events[0]", "must be one of")]
    public async Task A_replay_that_is_wrong_is_none(string body, string field, string message)
    {
        using var answer = await ReplayAsync(body);

        answer.ShouldBeInvalid(field, message);
        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.replays")).ShouldBe(0);
    }

    [Fact]
    public async Task Deleting_erases_what_is_secret_and_cancels_what_is_pending()
    {
        var other = await _owner.MakeAsync();
        await _owner.ChangeAsync(_endpoint.Id, new { headers = new Dictionary<string, string> { ["X-A"] = "hidden" } });
        var pending = await _bridge.Database.PendingAsync(Id);
        var theirs = await _bridge.Database.PendingAsync(EndpointOwner.Id(TypeId.Endpoint, other.Id));

        using var deleted = await _owner.Caller.DeleteAsync($"{EndpointOwner.Path}/{_endpoint.Id}");
        using var again = await _owner.Caller.DeleteAsync($"{EndpointOwner.Path}/{_endpoint.Id}");
        using var get = await _owner.Caller.GetAsync($"{EndpointOwner.Path}/{_endpoint.Id}");
        using var list = await _owner.Caller.GetAsync(EndpointOwner.Path);

        (deleted.Status, deleted.Body).ShouldBe((HttpStatusCode.NoContent, ""));
        again.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
        get.ShouldBeProblem(HttpStatusCode.NotFound, "not-found");
        list.Read(BridgeJson.Wire.PageEndpointView).Data.Single().Id.ShouldBe(other.Id);
        (await _bridge.Database.DeliveryAsync(pending)).ShouldBe("cancelled");
        (await _bridge.Database.DeliveryAsync(theirs)).ShouldBe("pending");
        (await _bridge.Database.ScalarAsync<bool>(
            """
            select headers is null and header_names = '{}' and not exists (select 1 from bridge.endpoint_secrets where endpoint_id = $1)
            from bridge.endpoints where id = $1
            """,
            Id))
            .ShouldBeTrue();
        (await _bridge.EnvelopeAsync(Id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_delivery_made_at_the_moment_of_the_deletion_is_swept_and_the_row_goes_with_the_last_that_names_it()
    {
        using var deleted = await _owner.Caller.DeleteAsync($"{EndpointOwner.Path}/{_endpoint.Id}");
        var late = await _bridge.Database.PendingAsync(Id);
        var living = await _owner.MakeAsync();
        var kept = await _bridge.Database.PendingAsync(EndpointOwner.Id(TypeId.Endpoint, living.Id));

        (await SweepAsync(TimeSpan.FromDays(30))).ShouldBe(1);
        (await SweepAsync(TimeSpan.Zero)).ShouldBe(0);
        (await _bridge.Database.DeliveryAsync(late)).ShouldBe("cancelled");
        (await _bridge.Database.DeliveryAsync(kept)).ShouldBe("pending");

        await _bridge.Database.ExecuteAsync("delete from bridge.deliveries where id = $1", late);
        (await SweepAsync(TimeSpan.FromDays(30))).ShouldBe(0);
        (await SweepAsync(TimeSpan.Zero)).ShouldBe(1);
        (await _bridge.Database.ListAsync<Guid>("select id from bridge.endpoints"))
            .ShouldBe([EndpointOwner.Id(TypeId.Endpoint, living.Id)]);
        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.destinations")).ShouldBe(1);
    }

    [Fact]
    public async Task Deleting_a_client_takes_its_endpoints_along()
    {
        var pending = await _bridge.Database.PendingAsync(Id);

        using var deleted = await _bridge.AsAdmin().DeleteAsync($"/v1/admin/clients/{_owner.Client.Id}");

        deleted.Status.ShouldBe(HttpStatusCode.NoContent, deleted.Body);
        (await _bridge.Database.DeliveryAsync(pending)).ShouldBe("cancelled");
        (await _bridge.Database.ScalarAsync<long>("select count(*) from bridge.endpoint_secrets")).ShouldBe(0);
        (await _bridge.Database.ScalarAsync<bool>("select bool_and(deleted_at is not null) from bridge.endpoints")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_delivery_goes_to_its_endpoint_s_address_with_its_secret_and_headers_and_an_unreadable_one_harms_no_other()
    {
        await using var receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        var broken = await _owner.MakeAsync(receiver.Hook("broken").AbsoluteUri);
        var brokenId = EndpointOwner.Id(TypeId.Endpoint, broken.Id);
        await _bridge.Database.ExecuteAsync(
            "update bridge.endpoint_secrets set ciphertext = '\\x00'::bytea where endpoint_id = $1", brokenId);
        await _owner.ChangeAsync(
            _endpoint.Id,
            new { url = receiver.Hook("moved").AbsoluteUri, headers = new Dictionary<string, string> { ["X-Tenant"] = "acme" } });
        var unsigned = await _bridge.Database.PendingAsync(brokenId);
        var fine = await _bridge.Database.PendingAsync(Id);

        await using var worker = await BridgeApplication.StartAsync(
            _bridge.Database, null, ownsDatabase: false, null,
            ("Bridge:Roles", "api,worker"), ("Bridge:Delivery:RetrySchedule", "100ms,1d"));
        var webhook = (await receiver.WaitForAsync(_ => true, 1, World.Patience)).Single();
        await Wait.UntilAsync(
            async () => await _bridge.Database.DeliveryAsync(unsigned) == "pending not_signed,not_signed",
            "the unsigned one was tried again", World.Patience);
        await Wait.UntilAsync(
            async () => await _bridge.Database.DeliveryAsync(fine) == "delivered 204", "the other is settled", World.Patience);

        webhook.Path.ShouldBe("/hooks/moved");
        webhook.Headers["X-Tenant"].ShouldBe("acme");
        new WebhookVerifier(_endpoint.Secret).Verify(
            webhook.WebhookId, webhook.Headers[WebhookSignature.TimestampHeader], webhook.Headers[WebhookSignature.SignatureHeader],
            webhook.Body.Span).ShouldBe(WebhookVerification.Verified);
        receiver.Webhooks.Count.ShouldBe(1);
    }

    private Task<TestAnswer> ReplayAsync(string body) => _owner.Caller.PostTextAsync($"{EndpointOwner.Path}/{_endpoint.Id}/replay", body);

    private Task<int> SweepAsync(TimeSpan kept) => EndpointRemoval.SweepAsync(_bridge.Database.DataSource, kept, 1_000, Cancellation);
}
