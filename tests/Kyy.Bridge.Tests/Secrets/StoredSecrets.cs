using System.Net;
using System.Text;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Secrets;

/// <summary>A client with one secret of each kind in the database, and how each is read back.</summary>
internal sealed record StoredSecrets(string ClientKey, string SigningSecret, Guid Client, Guid UpstreamKey, Guid Endpoint, Guid EndpointSecret)
{
    private const string
        Upstream = "sk-of-the-client-0123456789", OfEndpoint = "whsec_of_the_endpoint", Headers = """{"x-key":"of the endpoint"}""";

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
        var (endpoint, endpointSecret) = (Make.NewId(), Make.NewId());
        await bridge.Database.ExecuteAsync(
            """
            insert into bridge.endpoints (id, client_id, url, host, events, header_names, headers, created_at)
            values ($1, $2, 'https://example.test/', 'example.test', '{}', '{x-key}', $3, now())
            """,
            endpoint, id, Protector(bridge, "Kyy.Bridge.EndpointHeaders", client.Id, endpoint).Protect(Encoding.UTF8.GetBytes(Headers)));
        await bridge.Database.ExecuteAsync(
            "insert into bridge.endpoint_secrets (id, endpoint_id, ciphertext, created_at) values ($1, $2, $3, now())",
            endpointSecret, endpoint,
            Protector(bridge, "Kyy.Bridge.EndpointSecrets", client.Id, endpointSecret).Protect(Encoding.UTF8.GetBytes(OfEndpoint)));
        return new(client.ApiKey, secret.Read(BridgeJson.Wire.SigningSecret).Secret, id, upstreamKey, endpoint, endpointSecret);
    }

    public async Task ShouldBeReadableAsync(BridgeApplication bridge)
    {
        using var secret = await bridge.As(ClientKey).GetAsync("/v1/signing-secret");
        secret.Body.ShouldContain(SigningSecret);
        var ring = bridge.Services.Ring();
        await ring.RefreshAsync(TestContext.Current.CancellationToken);
        ring.Find(UpstreamKey)!.Target.Key.Reveal().ShouldBe(Upstream);
        var client = TypeId.Format(TypeId.Client, Client);
        var ofEndpoint = await bridge.Database.ScalarAsync<byte[]>("select ciphertext from bridge.endpoint_secrets");
        Encoding.UTF8.GetString(Protector(bridge, "Kyy.Bridge.EndpointSecrets", client, EndpointSecret).Unprotect(ofEndpoint)).ShouldBe(OfEndpoint);
        var headers = await bridge.Database.ScalarAsync<byte[]>("select headers from bridge.endpoints");
        Encoding.UTF8.GetString(Protector(bridge, "Kyy.Bridge.EndpointHeaders", client, Endpoint).Unprotect(headers)).ShouldBe(Headers);
        using var again = await bridge.AsAdmin().PostAsync($"/v1/admin/clients/{client}/keys", new { }, ("Idempotency-Key", "once"));
        again.Header("Idempotent-Replayed").ShouldBe("true");
        again.Body.ShouldContain("kyb_");
    }

    private static IDataProtector Protector(BridgeApplication bridge, string purpose, string client, Guid id) =>
        bridge.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector(purpose, client, id.ToString());
}
