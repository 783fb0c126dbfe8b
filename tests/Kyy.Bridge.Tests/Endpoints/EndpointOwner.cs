using System.Net;
using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Endpoints;

/// <summary>A client with a caller, and what tests of endpoints do with them.</summary>
internal sealed record EndpointOwner(BridgeApplication Bridge, ClientCreated Client, TestCaller Caller)
{
    public const string Path = "/v1/endpoints";

    public Guid ClientId => Id(TypeId.Client, Client.Id);

    public static async Task<EndpointOwner> CreateAsync(BridgeApplication bridge, string name = "acme")
    {
        var client = await bridge.CreateClientAsync(name);
        return new(bridge, client, bridge.As(client.ApiKey));
    }

    public static Guid Id(string prefix, string text) =>
        TypeId.TryParse(prefix, text, out var id) ? id : throw new ArgumentException($"{text} is no id.", nameof(text));

    public Task<TestAnswer> PostAsync(object body) => Caller.PostAsync(Path, body);

    public async Task<EndpointCreated> MakeAsync(object body)
    {
        using var answer = await PostAsync(body);
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Body);
        return answer.Read(BridgeJson.Wire.EndpointCreated);
    }

    public Task<EndpointCreated> MakeAsync(string url = "https://hooks.example.test/a") => MakeAsync(new { url });

    public Task<TestAnswer> PatchAsync(string id, string body) =>
        Caller.SendAsync(HttpMethod.Patch, $"{Path}/{id}", System.Text.Encoding.UTF8.GetBytes(body));

    public async Task<EndpointView> ChangeAsync(string id, object body)
    {
        using var answer = await PatchAsync(id, JsonSerializer.Serialize(body));
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        return answer.Read(BridgeJson.Wire.EndpointView);
    }

    public async Task<EndpointView> GetAsync(string id)
    {
        using var answer = await Caller.GetAsync($"{Path}/{id}");
        return answer.Read(BridgeJson.Wire.EndpointView);
    }

    public async Task<SigningSecret> SecretAsync(string id)
    {
        using var answer = await Caller.GetAsync($"{Path}/{id}/secret");
        return answer.Read(BridgeJson.Wire.SigningSecret);
    }

    public async Task<SigningSecret> RotateAsync(string id, int overlap)
    {
        using var answer = await Caller.PostAsync($"{Path}/{id}/secret/rotate", new { overlap_seconds = overlap });
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        return answer.Read(BridgeJson.Wire.SigningSecret);
    }

    public async Task<BridgeDeliveryAttempt> TestAsync(string id, string? type = null)
    {
        using var answer = await Caller.PostAsync($"{Path}/{id}/test", type is null ? new { } : new { type });
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        return answer.Read(BridgeJson.Wire.BridgeDeliveryAttempt);
    }

    public async Task<EndpointView> ActAsync(string id, string verb, object? body = null)
    {
        using var answer = await Caller.SendAsync(
            HttpMethod.Post, $"{Path}/{id}/{verb}", body is null ? null : JsonSerializer.SerializeToUtf8Bytes(body));
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        return answer.Read(BridgeJson.Wire.EndpointView);
    }
}
