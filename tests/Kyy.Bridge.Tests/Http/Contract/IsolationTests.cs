using System.Text.Json;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>A client sees its own and nothing else; that another's id is 404 everywhere is among the scenarios.</summary>
public sealed class IsolationTests(PostgresServer server)
{
    [Fact]
    public async Task Lists_show_a_client_nothing_of_others()
    {
        await using var world = await ContractWorld.StartAsync(server);
        var document = await ApiDocument.ReadAsync(world.Bridge);
        await TaskScenarios.EndedAsync(world);
        foreach (var kind in document.Operations.Where(operation => !operation.IsForAdmins).Select(operation => operation.IdKind).OfType<string>().Distinct())
            await world.NewAsync(kind);
        var nobody = world.Bridge.As(world.Other.ApiKey);

        var lists = 0;
        foreach (var list in document.Operations.Where(operation => operation is { Method: "GET", IdKind: null, IsOfApi: true, IsForAdmins: false }))
        {
            if (!list.ResponseOf(200).GetProperty("content").TryGetProperty("application/json", out _)) continue;
            using var seen = await list.SendAsync(nobody, list.Path);
            seen.Body.ShouldNotContain(world.Client.Id, Case.Sensitive, list.Name);
            if (!JsonElement.Parse(seen.Body).TryGetProperty("data", out var data)) continue;
            data.GetArrayLength().ShouldBe(0, list.Name);
            using var own = await list.SendAsync(world.Caller, list.Path);
            JsonElement.Parse(own.Body).GetProperty("data").GetArrayLength().ShouldBeGreaterThan(0, list.Name);
            lists++;
        }

        lists.ShouldBeGreaterThan(1);
    }
}
