using System.Text.Json;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>What the operations of deliveries and of the event feed answer on their own account.</summary>
internal static class DeliveryScenarios
{
    // Of this version, and of a database that this one never was: as after a restore.
    private static readonly string CursorOfAnotherLife = $"AQ{new string('A', 42)}";

    private static readonly HttpClient Http = new(new SocketsHttpHandler());

    public static IEnumerable<Scenario> All { get; } =
    [
        Scenario.Works("GET /v1/deliveries", ListAsync),
        Scenario.Works("GET /v1/deliveries/{id}", AttemptedAsync),
        Scenario.Works("POST /v1/deliveries/{id}/redeliver", AtOneAsync),
        Scenario.Refused("POST /v1/deliveries/{id}/redeliver", 409, "not-redeliverable", ErasedAsync),
        Scenario.Works("POST /v1/deliveries/redeliver", (world, to) => world.Caller.PostAsync(to.Path, new { state = "dead", since = "2026-01-01T00:00:00Z" })),
        Scenario.Works("GET /v1/events", FeedAsync),
        Scenario.Refused("GET /v1/events", 410, "cursor-expired", (world, to) => world.Caller.GetAsync($"{to.Path}?after={CursorOfAnotherLife}")),
        Scenario.Refused("GET /v1/events/stream", 410, "cursor-expired", (world, to) => world.Caller.GetAsync($"{to.Path}?after={CursorOfAnotherLife}")),
        Scenario.Works("GET /v1/events/stream", StreamAsync),
        Scenario.Refused("GET /v1/events/stream", 429, "quota", StreamsAsync),
    ];

    private static async Task<TestAnswer> AtOneAsync(ContractWorld world, ApiOperation to) =>
        await world.SendAsync(to, to.At(await world.NewAsync("deliveries")));

    private static async Task<TestAnswer> AttemptedAsync(ContractWorld world, ApiOperation to)
    {
        var delivery = await AttemptedAsync(world);
        var answer = await world.SendAsync(to, to.At(delivery));
        JsonElement.Parse(answer.Body).GetProperty("attempts").GetArrayLength().ShouldBe(2);
        return answer;
    }

    private static async Task<string> AttemptedAsync(ContractWorld world)
    {
        var delivery = await world.NewAsync("deliveries");
        TypeId.TryParse(TypeId.Delivery, delivery, out var id).ShouldBeTrue();
        await world.ExecuteAsync($"""
            insert into bridge.delivery_attempts (delivery_id, number, started_at, duration_ms, status_code, error, response_body)
            values ('{id}', 1, now(), 20, 503, null, 'busy'), ('{id}', 2, now(), 3, null, 'refused', null)
            """);
        return delivery;
    }

    private static async Task<TestAnswer> ErasedAsync(ContractWorld world, ApiOperation to)
    {
        var delivery = await world.NewAsync("deliveries");
        using var seen = await world.Caller.GetAsync($"/v1/deliveries/{delivery}");
        using var erased = await world.Caller.DeleteAsync($"/v1/tasks/{JsonElement.Parse(seen.Body).GetProperty("task")}?erase=true");
        return await world.SendAsync(to, to.At(delivery));
    }

    private static async Task<TestAnswer> ListAsync(ContractWorld world, ApiOperation to)
    {
        await AttemptedAsync(world);
        return await world.Admin.GetAsync($"{to.Path}?limit=1");
    }

    private static async Task<TestAnswer> FeedAsync(ContractWorld world, ApiOperation to)
    {
        await TaskScenarios.EndedAsync(world);
        return await world.Caller.GetAsync($"{to.Path}?limit=1");
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
