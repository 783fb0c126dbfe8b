using System.Text.Json;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>What the operations of deliveries and of the event feed answer on their own account.</summary>
internal static class DeliveryScenarios
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler());

    public static IEnumerable<Scenario> All { get; } =
    [
        Scenario.Works("GET /v1/deliveries", ListAsync),
        Scenario.Works("GET /v1/deliveries/{id}", AtOneAsync),
        Scenario.Works("POST /v1/deliveries/{id}/redeliver", AtOneAsync),
        Scenario.Works("POST /v1/deliveries/redeliver", (world, to) => world.Caller.PostAsync(to.Path, new { state = "dead", since = "2026-01-01T00:00:00Z" })),
        Scenario.Works("GET /v1/events", FeedAsync),
        Scenario.Refused("GET /v1/events", 410, "cursor-expired", OldCursorAsync),
        Scenario.Works("GET /v1/events/stream", StreamAsync),
        Scenario.Refused("GET /v1/events/stream", 429, "quota", StreamsAsync),
    ];

    private static async Task<TestAnswer> AtOneAsync(ContractWorld world, ApiOperation to) =>
        await world.SendAsync(to, to.At(await world.NewAsync("deliveries")));

    private static async Task<TestAnswer> ListAsync(ContractWorld world, ApiOperation to)
    {
        await world.NewAsync("deliveries");
        return await world.Admin.GetAsync($"{to.Path}?limit=1");
    }

    private static async Task<TestAnswer> FeedAsync(ContractWorld world, ApiOperation to)
    {
        await TaskScenarios.EndedAsync(world);
        return await world.Caller.GetAsync($"{to.Path}?limit=1");
    }

    // From before a restore: another life of the feed than that of the cursor.
    private static async Task<TestAnswer> OldCursorAsync(ContractWorld world, ApiOperation to)
    {
        await TaskScenarios.EndedAsync(world);
        using var page = await world.Caller.GetAsync($"{to.Path}?limit=1");
        var cursor = JsonElement.Parse(page.Body).GetProperty("next_cursor").GetString();
        await world.ExecuteAsync("update bridge.feed_state set epoch = epoch + 1");
        return await world.Caller.GetAsync($"{to.Path}?after={cursor}");
    }

    // One stream at a time is allowed here.
    private static async Task<TestAnswer> StreamsAsync(ContractWorld world, ApiOperation to)
    {
        using var first = await StreamAsync(world, to);
        return await world.Caller.GetAsync(to.Path);
    }

    // It never ends by itself: what the head says is the answer.
    private static async Task<TestAnswer> StreamAsync(ContractWorld world, ApiOperation to)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(world.Bridge.Address, to.Path)) { Headers = { Authorization = new("Bearer", world.Client.ApiKey) } };
        var head = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new(head, "");
    }
}
