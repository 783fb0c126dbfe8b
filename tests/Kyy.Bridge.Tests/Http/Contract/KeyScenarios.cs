using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>What the operations of secrets, upstream keys and a client's view of itself answer on their own account.</summary>
internal static class KeyScenarios
{
    public static IEnumerable<Scenario> All { get; } =
    [
        Scenario.Works("GET /v1/signing-secret", (world, to) => world.SendAsync(to, to.Path)),
        Scenario.Works("POST /v1/signing-secret/rotate", (world, to) => world.SendAsync(to, to.Path)),
        Scenario.Works("PUT /v1/upstream-keys/{name}", (world, to) => world.SendAsync(to, to.At(world.NewName())), 201),
        Scenario.Works("PUT /v1/upstream-keys/{name}", async (world, to) => await world.SendAsync(to, to.At(await world.NewAsync("upstream-keys"))), 200),
        Scenario.Refused("PUT /v1/upstream-keys/{name}", 429, "quota", TooManyAsync),
        Scenario.Works("GET /v1/upstream-keys", ListAsync),
        Scenario.Works("GET /v1/upstream-keys/{name}", async (world, to) => await world.SendAsync(to, to.At(await world.NewAsync("upstream-keys")))),
        Scenario.Works("DELETE /v1/upstream-keys/{name}", async (world, to) => await world.SendAsync(to, to.At(await world.NewAsync("upstream-keys")))),
        Scenario.Refused("DELETE /v1/upstream-keys/{name}", 409, "upstream-key-in-use", InUseAsync),
        Scenario.Works("GET /v1/me", (world, to) => world.SendAsync(to, to.Path)),
        Scenario.Works("GET /v1/attention", AttentionAsync),
    ];

    // A client of its own, of which something is wrong: each thing that mends is in the answer.
    private static async Task<TestAnswer> AttentionAsync(ContractWorld world, ApiOperation to)
    {
        var client = await world.Bridge.CreateClientAsync("in need");
        var endpoint = await Resources.MakeAsync("endpoints", world.Bridge, client, world.NewName());
        using var disabled = await world.Bridge.As(client.ApiKey).PostAsync($"/v1/endpoints/{endpoint}/disable", new { });
        ((int)disabled.Status).ShouldBe(200, disabled.Body);
        var answer = await world.Bridge.As(client.ApiKey).GetAsync(to.Path);
        answer.Body.ShouldContain(endpoint);
        return answer;
    }

    // A client of its own: what it has too many of is in nobody else's way.
    private static async Task<TestAnswer> TooManyAsync(ContractWorld world, ApiOperation to)
    {
        var client = await world.Bridge.CreateClientAsync("collector");
        foreach (var number in Enumerable.Range(0, UpstreamKeyStore.MostPerClient))
        {
            using var set = await to.SendAsync(world.Bridge.As(client.ApiKey), to.At($"key-{number}"));
            ((int)set.Status).ShouldBe(201, set.Body);
        }

        return await to.SendAsync(world.Bridge.As(client.ApiKey), to.At("one-more"));
    }

    private static async Task<TestAnswer> ListAsync(ContractWorld world, ApiOperation to)
    {
        await world.NewAsync("upstream-keys");
        return await to.SendAsync(world.Admin, to.Path);
    }

    private static async Task<TestAnswer> InUseAsync(ContractWorld world, ApiOperation to)
    {
        var key = await world.NewAsync("upstream-keys");
        using var task = await world.Caller.PostAsync("/v1/tasks", new { task_id = world.NewName(), upstream_key = key });
        ((int)task.Status).ShouldBe(201, task.Body);
        return await world.SendAsync(to, to.At(key));
    }
}
