using System.Net;
using System.Text;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Secrets;

/// <summary>A client with one secret of each kind in the database, and how each is read back.</summary>
internal sealed record StoredSecrets(string ClientKey, string SigningSecret, Guid Client, Guid UpstreamKey, string Endpoint)
{
    private const string
        Upstream = "sk-of-the-client-0123456789", OfEndpoint = "whsec_b2YtdGhlLWVuZHBvaW50LTAxMjM0NTY3ODk=", Header = "of the endpoint";

    public static async Task<StoredSecrets> MakeAsync(BridgeApplication bridge)
    {
        var client = await bridge.CreateClientAsync();
        TypeId.TryParse(TypeId.Client, client.Id, out var id);
        var caller = bridge.As(client.ApiKey);
        using var secret = await caller.GetAsync("/v1/signing-secret");
        using var key = await caller.SendAsync(HttpMethod.Put, "/v1/upstream-keys/main", Encoding.UTF8.GetBytes($$"""{"key":"{{Upstream}}"}"""));
        key.Status.ShouldBe(HttpStatusCode.Created, key.Body);
        using var further = await bridge.AsAdmin().PostAsync($"/v1/admin/clients/{client.Id}/keys", new { }, ("Idempotency-Key", "once"));
        further.Status.ShouldBe(HttpStatusCode.Created, further.Body);
        var upstreamKey = await bridge.Database.ScalarAsync<Guid>("select id from bridge.upstream_keys where name = 'main'");
        using var endpoint = await caller.PostAsync(
            "/v1/endpoints",
            new { url = "https://hooks.example.test/", secret = OfEndpoint, headers = new Dictionary<string, string> { ["x-key"] = Header } });
        endpoint.Status.ShouldBe(HttpStatusCode.Created, endpoint.Body);
        return new(client.ApiKey, secret.Read(BridgeJson.Wire.SigningSecret).Secret, id, upstreamKey, endpoint.Read(BridgeJson.Wire.EndpointCreated).Id);
    }

    public async Task ShouldBeReadableAsync(BridgeApplication bridge)
    {
        using var secret = await bridge.As(ClientKey).GetAsync("/v1/signing-secret");
        secret.Body.ShouldContain(SigningSecret);
        var ring = bridge.Services.Ring();
        await ring.RefreshAsync(TestContext.Current.CancellationToken);
        ring.Find(UpstreamKey)!.Target.Key.Reveal().ShouldBe(Upstream);
        var client = TypeId.Format(TypeId.Client, Client);
        using var ofEndpoint = await bridge.As(ClientKey).GetAsync($"/v1/endpoints/{Endpoint}/secret");
        ofEndpoint.Body.ShouldContain(OfEndpoint);
        // As the next request to it carries them.
        TypeId.TryParse(TypeId.Endpoint, Endpoint, out var id).ShouldBeTrue();
        var secrets = bridge.Services.GetRequiredService<EndpointSecrets>();
        secrets.Forget(id);
        var envelope = (await secrets.ForEndpointAsync(id)).ShouldNotBeNull();
        envelope.Secrets.ShouldHaveSingleItem().Reveal().ShouldBe(OfEndpoint);
        envelope.Headers.ShouldHaveSingleItem().Value.ShouldBe(Header);
        using var again = await bridge.AsAdmin().PostAsync($"/v1/admin/clients/{client}/keys", new { }, ("Idempotency-Key", "once"));
        again.Header("Idempotent-Replayed").ShouldBe("true");
        again.Body.ShouldContain("kyb_");
    }
}
