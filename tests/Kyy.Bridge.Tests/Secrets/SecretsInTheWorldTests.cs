using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Secrets;
using Kyy.Bridge.Tests.Events;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kyy.Bridge.Tests.Secrets;

/// <summary>
/// Every secret that there is, in a service with everything around it that does its work, fails at it, and breaks down. Afterwards none of
/// them is anywhere but where it belongs: in the answers that hand it out, and with whom it is for.
/// </summary>
public sealed class SecretsInTheWorldTests(PostgresServer server) : IAsyncLifetime
{
    private const string EndpointPath = "/hooks/of-the-endpoint", CertificatePassword = "password-of-the-certificate-9f3c";
    private const string
        OwnKey = "sk-own-key-of-the-client-4b1d", RefusedKey = "sk-refused by its blanks-77aa", HeaderValue = "value-of-an-extra-header-3e8f";

    private readonly ScratchFolder _folder = new();
    private readonly Canaries _canaries = new();
    private readonly StringBuilder _answers = new();
    private EmulatorServer _upstream = null!;
    private ReceiverServer _receiver = null!;
    private TestDatabase _database = null!;
    private NpgsqlDataSource _way = null!;
    private BridgeApplication _bridge = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static IEnumerable<(string, string)> Verbose =>
        from category in (string[])
        [
            "Default", "Override:Microsoft.AspNetCore", "Override:Microsoft.EntityFrameworkCore",
            "Override:Microsoft.EntityFrameworkCore.Database.Command", "Override:Kyy.Bridge.Keys.ApiKeyAuthentication",
        ]
        select ($"Serilog:MinimumLevel:{category}", "Verbose");

    public async ValueTask InitializeAsync()
    {
        _upstream = await EmulatorServer.StartAsync(new EmulatorOptions { ApiKey = BridgeApplication.UpstreamKey, TimeScale = World.TimeScale });
        _receiver = await ReceiverServer.StartAsync(new ReceiverOptions());
        _database = await server.CreateDatabaseAsync();
        var password = $"password-of-the-database-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):n}";
        var role = $"canary_{Make.NewId():n}";
        await _database.ExecuteAsync($"create role {role} login superuser password '{password}'");
        var file = Certificates.Write(Path.Combine(_folder.Path, "ring.pfx"), CertificatePassword);
        var former = Convert.ToBase64String(RandomNumberGenerator.GetBytes(RingKey.Bytes));
        var connection = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Username = role, Password = password };
        _way = BridgeDataSource.Create(connection.ConnectionString, 20);
        _bridge = await BridgeApplication.StartAsync(_database, _way, settings:
        [
            .. World.Settings(_upstream.BaseUrl), .. Verbose, ("Bridge:Secrets:Certificate", file),
            ("Bridge:Secrets:CertificatePassword", CertificatePassword), ("Bridge:Secrets:PreviousKeys", former),
        ]);

        _canaries.Add("the database's password", password);
        _canaries.Add("the ring's former key", former);
        _canaries.Add("the certificate's password", CertificatePassword);
        _canaries.Add("the certificate's private key", PrivatePart(file));
        _canaries.Add("the bootstrap admin key", BridgeApplication.AdminKey);
        _canaries.Add("the operator's upstream key", BridgeApplication.UpstreamKey);
        _canaries.Add("a client's upstream key", OwnKey);
        _canaries.Add("an upstream key that was refused", RefusedKey);
        _canaries.Add("an extra header", HeaderValue);
    }

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        await _way.DisposeAsync();
        await _receiver.DisposeAsync();
        await _upstream.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task NoSecret_IsAnywhereButWhereItBelongs()
    {
        var client = await _bridge.CreateClientAsync("name-that-is-no-secret");
        var caller = _bridge.As(_canaries.Add("a client's API key", client.ApiKey));
        (await RingRotationOf(_bridge).RunAsync(false, TimeSpan.Zero, TextWriter.Null, TextWriter.Null, Cancellation)).ShouldBe(0);
        await HandOutAsync(caller, client.Id);
        var endpoint = await MakeEndpointAsync(caller);
        await WorkAsync(client.ApiKey, caller);
        await LookAsync(new(_bridge, Guid.Empty, client.Id, client.ApiKey), caller, endpoint);
        await FailAsync(caller);
        await BreakDownAsync(caller);
        await _bridge.StopAsync();

        var log = string.Concat(_bridge.Log.Lines);
        log.ShouldContain("Delivered ");
        log.ShouldContain("Microsoft.EntityFrameworkCore.Database.Command");
        string[] found =
        [
            .. _canaries.FoundIn("the log", log),
            .. _canaries.FoundIn("an answer", _answers.ToString()),
            .. _receiver.Webhooks.SelectMany(webhook => _canaries.FoundIn(
                "a webhook", string.Join('\n', Foreign(webhook)) + Encoding.UTF8.GetString(webhook.Body.Span))),
            .. await _canaries.FoundInAsync(_database),
        ];
        found.ShouldBeEmpty();
        // The ring itself: no key in clear.
        (await _database.ListAsync<string>("select xml from bridge.data_protection_keys"))
            .ShouldAllBe(xml => !xml.Contains("<masterKey", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Search_FindsWhatIsThere_InEachOfItsForms()
    {
        const string told = "name-that-is-no-secret";
        var search = new Canaries();
        search.Add("a name", told);
        await _bridge.CreateClientAsync(told);
        await _database.ExecuteAsync("insert into bridge.instance_secrets (name, ciphertext) values ('stray', convert_to($1, 'UTF8'))", $"\x1{told}");

        (await search.FoundInAsync(_database)).ShouldBe(["a name in clear in bridge.clients", "a name in hex in bridge.instance_secrets"]);
        foreach (var before in (string[])["", "x", "xy"])
            search.FoundIn("a text", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{before}{told} and more"))).ShouldBe(["a name in base64 in a text"]);
    }

    private async Task HandOutAsync(TestCaller caller, string client)
    {
        var admin = _bridge.AsAdmin();
        using var secret = await caller.GetAsync("/v1/signing-secret");
        _canaries.Add("a signing secret that was rotated out", secret.Read(BridgeJson.Wire.SigningSecret).Secret);
        using var rotated = await caller.PostAsync("/v1/signing-secret/rotate", new { overlap_seconds = 600 }, ("Idempotency-Key", "rotate"));
        _receiver.Secrets = [WebhookSecret.Parse(_canaries.Add("a signing secret", rotated.Read(BridgeJson.Wire.SigningSecret).Secret))];
        using var key = await admin.PostAsync($"/v1/admin/clients/{client}/keys", new { }, ("Idempotency-Key", "key"));
        _canaries.Add("a further API key", key.Read(BridgeJson.Wire.ApiKeyCreated).ApiKey);
        using var ofAdmin = await admin.PostAsync("/v1/admin/keys", new { name = "ops" }, ("Idempotency-Key", "admin"));
        _canaries.Add("an admin's key", ofAdmin.Read(BridgeJson.Wire.ApiKeyCreated).ApiKey);
        using var again = await admin.PostAsync("/v1/admin/keys", new { name = "ops" }, ("Idempotency-Key", "admin"));
        again.Body.ShouldBe(ofAdmin.Body);
    }

    // Its secret is the caller's own at first, then another; each request carries the header, and is answered with all that it carried.
    private async Task<string> MakeEndpointAsync(TestCaller caller)
    {
        var secret = _canaries.Add("an endpoint's first secret", WebhookSecret.Create().Reveal());
        _receiver.AnswerAt(EndpointPath, webhook => new RawAnswer(
            200, "text/plain", Encoding.UTF8.GetBytes(string.Join('\n', webhook.Headers.Select(header => $"{header.Key}: {header.Value}")))));
        var body = new
        {
            url = new Uri(_receiver.BaseUrl, EndpointPath).AbsoluteUri,
            secret,
            headers = new Dictionary<string, string> { ["x-key"] = HeaderValue, ["authorization"] = $"Bearer {HeaderValue}" },
        };
        using var made = await caller.PostAsync("/v1/endpoints", body, ("Idempotency-Key", "endpoint"));
        var endpoint = made.Read(BridgeJson.Wire.EndpointCreated).Id;
        using var again = await caller.PostAsync("/v1/endpoints", body, ("Idempotency-Key", "endpoint"));
        again.Body.ShouldBe(made.Body);
        using var rotated = await caller.PostAsync(
            $"/v1/endpoints/{endpoint}/secret/rotate", new { overlap_seconds = 600 }, ("Idempotency-Key", "endpoint's"));
        _canaries.Add("an endpoint's secret", rotated.Read(BridgeJson.Wire.SigningSecret).Secret);
        _receiver.Secrets = [.. _receiver.Secrets, WebhookSecret.Parse(secret)];
        await TellAsync(caller.PostAsync("/v1/endpoints", new { url = "no", secret = $"{secret}more" }), HttpStatusCode.BadRequest);
        await TellAsync(caller.PostAsync($"/v1/endpoints/{endpoint}/test", new { }), HttpStatusCode.OK);
        return endpoint;
    }

    private async Task WorkAsync(string key, TestCaller caller)
    {
        _upstream.Accept(OwnKey);
        await TellAsync(Put(caller, "own", OwnKey), HttpStatusCode.Created);
        var typed = _bridge.ClientOf(key);
        foreach (var name in (string?[])[null, "own"])
        {
            var made = _upstream.Tasks.Create(new NewTask { Family = EmulatedFamily.Veo, Statuses = [EmulatedStatus.Completed] });
            await typed.RegisterAsync(
                new() { TaskId = made.Id, UpstreamKey = name, CallbackUrl = _receiver.Hook().AbsoluteUri }, cancellationToken: Cancellation);
        }

        await _receiver.WaitForAsync(webhook => webhook.Verification is WebhookVerification.Verified, 5, World.Patience);
        foreach (var path in (string[])["/v1/me", "/v1/tasks", "/v1/upstream-keys"]) await TellAsync(caller.GetAsync(path), HttpStatusCode.OK);
        foreach (var path in (string[])["/v1/me", "/v1/admin/keys", "/v1/admin/clients", "/v1/admin/stats", "/v1/upstream-keys"])
            await TellAsync(_bridge.AsAdmin().GetAsync(path), HttpStatusCode.OK);
    }

    // Wherever what was sent, and what came back, is shown.
    private async Task LookAsync(FeedOwner owner, TestCaller caller, string endpoint)
    {
        var attempts = new List<BridgeDeliveryAttempt>();
        await Wait.UntilAsync(
            async () => !await owner.Client.ListDeliveriesAsync(new() { State = "pending" }, Cancellation).AnyAsync(Cancellation),
            "all is settled");
        await foreach (var delivery in owner.Client.ListDeliveriesAsync(cancellationToken: Cancellation))
        {
            await TellAsync(caller.GetAsync($"/v1/deliveries/{delivery.Id}"), HttpStatusCode.OK);
            await TellAsync(caller.GetAsync($"/v1/tasks/{delivery.Task}/timeline"), HttpStatusCode.OK);
            if (delivery.Endpoint == endpoint) attempts.Add(delivery.LastAttempt.ShouldNotBeNull());
        }

        attempts.Count.ShouldBe(2);
        attempts.ShouldAllBe(attempt => attempt.ResponseBody!.Contains("x-key: ***", StringComparison.OrdinalIgnoreCase));
        foreach (var path in (string[])
            ["/v1/events", "/v1/attention", "/v1/deliveries", "/v1/replays", "/v1/endpoints", $"/v1/endpoints/{endpoint}"])
        {
            await TellAsync(caller.GetAsync(path), HttpStatusCode.OK);
            await TellAsync(_bridge.AsAdmin().GetAsync(path), HttpStatusCode.OK);
        }

        // From the beginning: what the page has told.
        using var page = await caller.GetAsync("/v1/events?limit=1");
        await using var stream = await OpenStream.OpenAsync(owner, page.Read(BridgeJson.Wire.FeedPage).NextCursor);
        _answers.AppendJoin('\n', await stream.BlockAsync()).AppendJoin('\n', await stream.BlockAsync());
    }

    private async Task FailAsync(TestCaller caller)
    {
        _upstream.Revoke(OwnKey);
        foreach (var _ in Enumerable.Range(0, 3))
        {
            var refused = _upstream.Tasks.Create(new NewTask { Family = EmulatedFamily.Veo, Statuses = [EmulatedStatus.Completed] });
            await TellAsync(caller.PostAsync("/v1/tasks", new { task_id = refused.Id, upstream_key = "own" }), HttpStatusCode.Created);
        }

        await TellAsync(Put(caller, "bad", RefusedKey), HttpStatusCode.BadRequest);
        await TellAsync(caller.PostAsync("/v1/tasks", new { task_id = "video_1", upstream_key = OwnKey }), HttpStatusCode.BadRequest);
        var mistyped = _canaries.Add("a mistyped API key", "kyb_mistyped0123456789");
        await TellAsync(_bridge.As(mistyped).GetAsync("/v1/me"), HttpStatusCode.Unauthorized);
        const string state = "select b.state from bridge.upstream_keys k join bridge.upstream_budgets b on b.id = k.budget_id where k.name = 'own'";
        await Wait.UntilAsync(
            async () => await _database.ScalarAsync<string>(state) == "rejected", "the upstream has refused the client's key", World.Patience);
    }

    private async Task BreakDownAsync(TestCaller caller)
    {
        await _database.ExecuteAsync("alter table bridge.upstream_keys rename column ciphertext to gone");
        await _database.ExecuteAsync("alter table bridge.signing_secrets rename column ciphertext to gone");
        await TellAsync(Put(caller, "other", OwnKey), HttpStatusCode.InternalServerError);
        await TellAsync(caller.GetAsync("/v1/signing-secret"), HttpStatusCode.InternalServerError);
        await _database.ExecuteAsync("alter table bridge.endpoint_secrets rename column ciphertext to gone");
        await TellAsync(
            caller.PostAsync(
                "/v1/endpoints",
                new
                {
                    url = "https://hooks.example.test/",
                    secret = _canaries.Add("a secret that was not stored", WebhookSecret.Create().Reveal()),
                    headers = new Dictionary<string, string> { ["x-key"] = HeaderValue },
                }),
            HttpStatusCode.InternalServerError);
        await TellAsync(caller.PostAsync("/v1/signing-secret/rotate", new { overlap_seconds = 1 }), HttpStatusCode.InternalServerError);
        await TellAsync(_bridge.AsAdmin().PostAsync("/v1/admin/clients", new { name = "late" }), HttpStatusCode.InternalServerError);
    }

    private static Task<TestAnswer> Put(TestCaller caller, string name, string key) =>
        caller.SendAsync(HttpMethod.Put, $"/v1/upstream-keys/{name}", Encoding.UTF8.GetBytes($$"""{"key":"{{key}}"}"""));

    private async Task TellAsync(Task<TestAnswer> asking, HttpStatusCode status)
    {
        using var answer = await asking;
        answer.Status.ShouldBe(status, answer.Body);
        _answers.AppendLine(answer.Body);
    }

    // The endpoint's own headers belong to the endpoint.
    private static IEnumerable<KeyValuePair<string, string>> Foreign(ReceivedWebhook webhook) => webhook.Path == EndpointPath
        ? webhook.Headers.Where(header => !header.Value.EndsWith(HeaderValue, StringComparison.Ordinal))
        : webhook.Headers;

    private static RingRotation RingRotationOf(BridgeApplication bridge) => bridge.Services.GetRequiredService<RingRotation>();

    private static string PrivatePart(string file)
    {
        using var certificate = X509CertificateLoader.LoadPkcs12FromFile(file, CertificatePassword, X509KeyStorageFlags.Exportable);
        using var key = certificate.GetRSAPrivateKey()!;
        return Convert.ToBase64String(key.ExportParameters(includePrivateParameters: true).P!);
    }
}
