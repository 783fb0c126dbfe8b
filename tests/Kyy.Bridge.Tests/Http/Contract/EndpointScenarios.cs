using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Tests.Deliveries;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>What the operations of endpoints and replays answer on their own account.</summary>
internal static class EndpointScenarios
{
    private const string Url = "http://127.0.0.1:9/hook";

    public static IEnumerable<Scenario> All { get; } =
    [
        Scenario.Works("POST /v1/endpoints", (world, to) => world.Caller.PostAsync(
            to.Path, new { url = Url, events = new[] { "task.completed" }, families = new[] { "veo" }, description = "a test", headers = new { authorization = "Basic Zm9v" } })),
        Scenario.Works("GET /v1/endpoints", ListAsync),
        Scenario.Works("GET /v1/endpoints/{id}", AtOneAsync),
        Scenario.Works("PATCH /v1/endpoints/{id}", async (world, to) => await world.SendAsync(to, to.At(await world.NewAsync("endpoints")), """{"description":null}""")),
        Scenario.Works("DELETE /v1/endpoints/{id}", AtOneAsync),
        Scenario.Works("GET /v1/endpoints/{id}/secret", AtOneAsync),
        Scenario.Works("POST /v1/endpoints/{id}/secret/rotate", async (world, to) =>
            await world.SendAsync(to, to.At(await world.NewAsync("endpoints")), """{"overlap_seconds":60}""")),
        Scenario.Works("POST /v1/endpoints/{id}/test", async (world, to) =>
            await world.SendAsync(to, to.At(await world.NewAsync("endpoints")), """{"type":"endpoint.ping"}""")),
        Scenario.Works("POST /v1/endpoints/{id}/enable", async (world, to) => await world.SendAsync(to, to.At(await world.NewAsync("endpoints")), "{}")),
        Scenario.Works("POST /v1/endpoints/{id}/disable", AtOneAsync),
        Scenario.Works("POST /v1/endpoints/{id}/replay", async (world, to) =>
            await world.SendAsync(to, to.At(await world.NewAsync("endpoints")), """{"since":"2026-01-01T00:00:00Z","only":"all"}""")),
        Scenario.Refused("POST /v1/endpoints", 429, "quota", TooManyAsync),
        Scenario.Refused("POST /v1/endpoints/{id}/test", 429, "quota", TestsAsync),
        Scenario.Works("GET /v1/replays", async (world, to) =>
        {
            await world.NewAsync("replays");
            return await world.Admin.GetAsync($"{to.Path}?limit=1");
        }),
        Scenario.Works("GET /v1/replays/{id}", async (world, to) => await world.SendAsync(to, to.At(await world.NewAsync("replays")))),
        Scenario.Works("DELETE /v1/replays/{id}", async (world, to) => await world.SendAsync(to, to.At(await world.NewAsync("replays")))),
    ];

    private static async Task<TestAnswer> AtOneAsync(ContractWorld world, ApiOperation to) =>
        await world.SendAsync(to, to.At(await world.NewAsync("endpoints")));

    private static async Task<TestAnswer> ListAsync(ContractWorld world, ApiOperation to)
    {
        await world.NewAsync("endpoints");
        return await world.Admin.GetAsync($"{to.Path}?limit=1");
    }

    // None ends before the receiver answers, so the first that has an answer is the one too many.
    private static async Task<TestAnswer> TestsAsync(ContractWorld world, ApiOperation to)
    {
        await using var receiver = await HoldingReceiver.StartAsync();
        using var made = await world.Caller.PostAsync("/v1/endpoints", new { url = receiver.Url("held") });
        var path = to.At(Resources.IdIn(made));
        var tests = Enumerable.Range(0, EndpointTrial.MostAtOnce + 1).Select(_ => world.SendAsync(to, path, "{}")).ToArray();
        var refused = await await Task.WhenAny(tests);
        receiver.Release();
        await Task.WhenAll(tests);
        return refused;
    }

    // 50 is the default limit.
    private static async Task<TestAnswer> TooManyAsync(ContractWorld world, ApiOperation to)
    {
        var collector = world.Bridge.As((await world.Bridge.CreateClientAsync("collector")).ApiKey);
        foreach (var _ in Enumerable.Range(0, 50))
        {
            using var made = await collector.PostAsync(to.Path, new { url = Url });
            ((int)made.Status).ShouldBe(201, made.Body);
        }

        return await collector.PostAsync(to.Path, new { url = Url });
    }
}
