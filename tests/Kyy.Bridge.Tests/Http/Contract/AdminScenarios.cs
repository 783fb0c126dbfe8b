using Kyy.Bridge.Http;
using Kyy.Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>What the operations of admins and of probes answer on their own account.</summary>
internal static class AdminScenarios
{
    private const string Hold = """{"what":"polling"}""";

    public static IEnumerable<Scenario> All { get; } =
    [
        Scenario.Works("POST /v1/admin/clients", (world, to) => world.SendAsync(to, to.Path)),
        Scenario.Works("GET /v1/admin/clients", (world, to) => world.Admin.GetAsync($"{to.Path}?limit=1")),
        Scenario.Works("DELETE /v1/admin/clients/{id}", async (world, to) => await world.SendAsync(to, to.At(await world.NewAsync("clients")))),
        Scenario.Refused("DELETE /v1/admin/clients/{id}", 409, "client-busy", BusyAsync),
        Scenario.Works("POST /v1/admin/clients/{id}/keys", async (world, to) => await world.SendAsync(to, await world.PathAsync(to))),
        Scenario.Works("GET /v1/admin/clients/{id}/keys", async (world, to) => await world.Admin.GetAsync(to.At(world.Client.Id))),
        Scenario.Works("POST /v1/admin/keys", (world, to) => world.SendAsync(to, to.Path)),
        Scenario.Works("GET /v1/admin/keys", AdminKeysAsync),
        Scenario.Works("DELETE /v1/admin/keys/{id}", async (world, to) => await world.SendAsync(to, to.At(await world.NewAsync("keys")))),
        Scenario.Works("GET /v1/admin/stats", StatsAsync),
        Scenario.Works("POST /v1/admin/hold", (world, to) => world.SendAsync(to, to.Path, Hold)),
        Scenario.Works("POST /v1/admin/release", (world, to) => world.SendAsync(to, to.Path, Hold)),
        Scenario.Works("GET /healthz/live", (world, to) => world.SendAsync(to, to.Path)),
        Scenario.Works("GET /healthz/ready", (world, to) => world.SendAsync(to, to.Path)),
        Scenario.Refused("GET /healthz/live", 503, "unavailable", HungAsync),
    ];

    private static async Task<TestAnswer> BusyAsync(ContractWorld world, ApiOperation to)
    {
        var client = await world.Bridge.CreateClientAsync("busy");
        await Resources.TaskAsync(world.Bridge, client, world.NewName());
        return await world.SendAsync(to, to.At(client.Id));
    }

    private static async Task<TestAnswer> StatsAsync(ContractWorld world, ApiOperation to)
    {
        await TaskScenarios.EndedAsync(world);
        using var held = await world.Admin.PostAsync("/v1/admin/hold", new { what = "deliveries", host = "nowhere.example.com" });
        var answer = await world.SendAsync(to, to.Path);
        answer.Body.ShouldContain("nowhere.example.com");
        return answer;
    }

    private static async Task<TestAnswer> AdminKeysAsync(ContractWorld world, ApiOperation to)
    {
        using var made = await world.Admin.PostAsync(to.Path, new { name = "night shift" });
        return await world.Admin.GetAsync(to.Path);
    }

    // In a replica of its own, whose clock nobody else goes by.
    private static async Task<TestAnswer> HungAsync(ContractWorld world, ApiOperation to)
    {
        await using var replica = await BridgeApplication.StartAsync(world.Bridge.Database, null, ownsDatabase: false);
        replica.Services.GetRequiredService<Liveness>().Beat("poller");
        replica.Clock.Advance(Liveness.Patience);
        return await to.SendAsync(replica.AsAdmin(), to.Path);
    }
}
