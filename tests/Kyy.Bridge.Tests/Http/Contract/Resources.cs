using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Outcomes;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>Makes real things for ids in paths, by the word before them; each call makes a new one.</summary>
internal static class Resources
{
    private static readonly Dictionary<string, Func<BridgeApplication, ClientCreated, string, Task<string>>> Makers = new()
    {
        ["tasks"] = async (bridge, client, name) => (await TaskAsync(bridge, client, name)).Id,
        ["endpoints"] = EndpointAsync,
        ["replays"] = ReplayAsync,
        ["deliveries"] = DeliveryAsync,
        ["upstream-keys"] = UpstreamKeyAsync,
        ["clients"] = async (bridge, _, name) => (await bridge.CreateClientAsync(name)).Id,
        ["keys"] = ApiKeyAsync,
    };

    /// <summary>Kinds that are the operator's, of which no client has any.</summary>
    public static bool AreOfOperator(string kind) => kind is "clients" or "keys";

    /// <summary>Makes one and returns its id.</summary>
    /// <param name="kind">The word before the id.</param>
    /// <param name="bridge">The service.</param>
    /// <param name="client">Whose it is to be.</param>
    /// <param name="name">A name that no other has.</param>
    public static Task<string> MakeAsync(string kind, BridgeApplication bridge, ClientCreated client, string name) =>
        Makers.TryGetValue(kind, out var maker)
            ? maker(bridge, client, name)
            : throw new InvalidOperationException($"Nothing makes a thing for /{kind}/{{id}}: add it to Resources.Makers.");

    public static Task<BridgeTask> TaskAsync(BridgeApplication bridge, ClientCreated client, string name, string? callback = null) =>
        bridge.ClientOf(client.ApiKey).RegisterAsync(
            new() { TaskId = name, CallbackUrl = callback }, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Ends a task as the upstream's word would.</summary>
    public static Task EndAsync(BridgeApplication bridge, string task, string status = TaskStatuses.Completed) =>
        bridge.Services.GetRequiredService<OutcomeRecorder>().RecordAsync(Make.Outcome(task, status));

    /// <summary>The id in an answer.</summary>
    public static string IdIn(TestAnswer answer)
    {
        ((int)answer.Status).ShouldBeLessThan(300, answer.Body);
        return JsonElement.Parse(answer.Body).GetProperty("id").GetString()!;
    }

    private static async Task<string> EndpointAsync(BridgeApplication bridge, ClientCreated client, string name)
    {
        using var made = await bridge.As(client.ApiKey).PostAsync("/v1/endpoints", new { url = $"http://127.0.0.1:9/{name}" });
        return IdIn(made);
    }

    private static async Task<string> ReplayAsync(BridgeApplication bridge, ClientCreated client, string name)
    {
        var endpoint = await EndpointAsync(bridge, client, name);
        using var started = await bridge.As(client.ApiKey).PostAsync($"/v1/endpoints/{endpoint}/replay", new { since = "2026-01-01T00:00:00Z", only = "all" });
        return IdIn(started);
    }

    private static async Task<string> DeliveryAsync(BridgeApplication bridge, ClientCreated client, string name)
    {
        var task = await TaskAsync(bridge, client, name, $"http://127.0.0.1:9/{name}");
        await EndAsync(bridge, task.Id);
        await using var find = bridge.Database.DataSource.CreateCommand("select id from bridge.deliveries where task_id = $1");
        find.Parameters.Add(new() { Value = Make.Id(task.Id) });
        return TypeId.Format(TypeId.Delivery, (Guid)(await find.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
    }

    private static async Task<string> UpstreamKeyAsync(BridgeApplication bridge, ClientCreated client, string name)
    {
        using var set = await bridge.As(client.ApiKey).SendAsync(HttpMethod.Put, $"/v1/upstream-keys/{name}", """{"key":"sk-0123456789"}"""u8.ToArray());
        ((int)set.Status).ShouldBeLessThan(300, set.Body);
        return name;
    }

    private static async Task<string> ApiKeyAsync(BridgeApplication bridge, ClientCreated client, string name)
    {
        using var made = await bridge.AsAdmin().PostAsync($"/v1/admin/clients/{client.Id}/keys", new { });
        return IdIn(made);
    }
}
