using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Keys.UpstreamKeys;

/// <summary>A client with its id and a caller, and what tests of upstream keys do with them.</summary>
internal sealed record KeyOwner(BridgeApplication Bridge, Guid Id, string PublicId, TestCaller Caller)
{
    public const string Path = "/v1/upstream-keys";

    public static async Task<KeyOwner> CreateAsync(BridgeApplication bridge, string name = "acme", bool mayUseOperatorKey = true)
    {
        using var answer = await bridge.AsAdmin().PostAsync("/v1/admin/clients", new { name, may_use_operator_key = mayUseOperatorKey });
        var created = answer.Read(BridgeJson.Wire.ClientCreated);
        TypeId.TryParse(TypeId.Client, created.Id, out var id).ShouldBeTrue();
        return new(bridge, id, created.Id, bridge.As(created.ApiKey));
    }

    public Task<TestAnswer> PutAsync(string name, object body) =>
        Caller.SendAsync(HttpMethod.Put, $"{Path}/{name}", JsonSerializer.SerializeToUtf8Bytes(body));

    public async Task<UpstreamKeyView> SetAsync(string name, string key)
    {
        using var answer = await PutAsync(name, new { key });
        return answer.Read(BridgeJson.Wire.UpstreamKeyView);
    }

    public async Task<UpstreamKeyView> GetAsync(string name)
    {
        using var answer = await Caller.GetAsync($"{Path}/{name}");
        return answer.Read(BridgeJson.Wire.UpstreamKeyView);
    }

    public Task<Guid> IdOfAsync(string name) =>
        Bridge.Database.ScalarAsync<Guid>("select id from bridge.upstream_keys where client_id = $1 and name = $2", Id, name);

    public Task<int> BudgetOfAsync(string name) =>
        Bridge.Database.ScalarAsync<int>("select budget_id from bridge.upstream_keys where client_id = $1 and name = $2", Id, name);

    /// <summary>The types of the events that this client was told, and their data, in the order of their times.</summary>
    public async Task<List<(string Type, UpstreamKeyEventData Data)>> EventsAsync()
    {
        var payloads = await Bridge.Database.ListAsync<byte[]>(
            "select payload from bridge.events where client_id = $1 order by created_at, id", Id);
        return payloads.ConvertAll(payload => WebhookEvent.Read(payload)).ConvertAll(made => (made.Type, made.ReadUpstreamKey()!));
    }
}
