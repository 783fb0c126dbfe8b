using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>What the operations of tasks answer on their own account.</summary>
internal static class TaskScenarios
{
    private const string Tasks = "/v1/tasks";

    public static IEnumerable<Scenario> All { get; } =
    [
        Scenario.Works("POST /v1/tasks", (world, to) => RegisterAsync(world, world.NewName()), 201),
        Scenario.Works("POST /v1/tasks", AgainAsync, 200),
        Scenario.Refused("POST /v1/tasks", 409, "task-differs", DiffersAsync),
        Scenario.Works("POST /v1/tasks/batch", (world, to) => world.Caller.PostTextAsync(to.Path, """{"tasks":[{"task_id":"batch-1"},{"task_id":"batch-1"},{},null,{"task_id":"batch-2","no":1}]}""")),
        Scenario.Works("GET /v1/tasks", ListAsync),
        Scenario.Works("GET /v1/tasks/{id}", async (world, to) => await world.Caller.GetAsync($"{to.At(await EndedAsync(world))}?wait=1")),
        Scenario.Refused("GET /v1/tasks/{id}", 429, "quota", WaitsAsync),
        Scenario.Refused("POST /v1/tasks", 429, "quota", CallbacksAsync),
        Scenario.Works("GET /v1/tasks/{id}/timeline", async (world, to) => await world.Caller.GetAsync(to.At(await EndedAsync(world)))),
        Scenario.Works("POST /v1/tasks/{id}/poll", async (world, to) => await world.SendAsync(to, to.At(await world.NewAsync("tasks")))),
        Scenario.Refused("POST /v1/tasks/{id}/poll", 409, "task-ended", async (world, to) => await world.SendAsync(to, to.At(await EndedAsync(world)))),
        Scenario.Works("POST /v1/tasks/{id}/refresh", async (world, to) => await world.SendAsync(to, to.At(await EndedAsync(world)))),
        Scenario.Refused("POST /v1/tasks/{id}/refresh", 409, "not-refreshable", async (world, to) => await world.SendAsync(to, to.At(await world.NewAsync("tasks")))),
        Scenario.Works("DELETE /v1/tasks/{id}", async (world, to) => await world.Caller.DeleteAsync($"{to.At(await world.NewAsync("tasks"))}?erase=true")),
        Scenario.Works("POST /v1/tasks/stop", StopAsync),
    ];

    /// <summary>A completed task of the client's, with a callback.</summary>
    public static async Task<string> EndedAsync(ContractWorld world)
    {
        var name = world.NewName();
        var task = await Resources.TaskAsync(world.Bridge, world.Client, name, $"http://127.0.0.1:9/{name}");
        await Resources.EndAsync(world.Bridge, task.Id);
        return task.Id;
    }

    private static Task<TestAnswer> RegisterAsync(ContractWorld world, string name) => world.Caller.PostAsync(
        Tasks, new { task_id = name, callback_url = "http://127.0.0.1:9/hook", family = "seedance15", service_tier = "flex", metadata = new { order = 1.0 } });

    private static async Task<TestAnswer> AgainAsync(ContractWorld world, ApiOperation to)
    {
        var name = world.NewName();
        using var first = await RegisterAsync(world, name);
        return await RegisterAsync(world, name);
    }

    private static async Task<TestAnswer> DiffersAsync(ContractWorld world, ApiOperation to)
    {
        var name = world.NewName();
        using var first = await RegisterAsync(world, name);
        return await world.Caller.PostAsync(Tasks, new { task_id = name, family = "veo" });
    }

    private static async Task<TestAnswer> ListAsync(ContractWorld world, ApiOperation to)
    {
        await EndedAsync(world);
        await world.NewAsync("tasks");
        var all = await world.Admin.GetAsync($"{Tasks}?limit=100");
        all.Read(BridgeJson.Wire.PageBridgeTask).Data.ShouldAllBe(task => task.ClientId != null);
        return await world.Caller.GetAsync($"{Tasks}?limit=1&ended=false&registered_after=2026-01-01T00:00:00Z");
    }

    // One wait at a time is allowed here; which of the two is refused is left to them.
    private static async Task<TestAnswer> WaitsAsync(ContractWorld world, ApiOperation to)
    {
        var path = to.At(await world.NewAsync("tasks"));
        var first = world.Caller.GetAsync($"{path}?wait=20");
        var second = world.Caller.GetAsync($"{path}?wait=20");
        var refused = await await Task.WhenAny(first, second);
        using var stopped = await world.Caller.DeleteAsync(path);
        await Task.WhenAll(first, second);
        return refused;
    }

    // Two callbacks of a task are allowed here.
    private static async Task<TestAnswer> CallbacksAsync(ContractWorld world, ApiOperation to)
    {
        var name = world.NewName();
        foreach (var hook in new[] { "one", "two" }) await Resources.TaskAsync(world.Bridge, world.Client, name, $"http://127.0.0.1:9/{hook}");
        return await world.Caller.PostAsync(Tasks, new { task_id = name, callback_url = "http://127.0.0.1:9/three" });
    }

    private static async Task<TestAnswer> StopAsync(ContractWorld world, ApiOperation to) =>
        await world.Caller.PostAsync(to.Path, new { ids = new[] { await world.NewAsync("tasks"), await EndedAsync(world) } });
}
