using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>
/// Every operation of the document and everything that it is documented to answer, sent for real and held against its schema. What has
/// no scenario fails, by name: what every operation of a kind refuses stands in <see cref="Refusals"/>, and the rest by chapter.
/// </summary>
public sealed class OperationCoverageTests(PostgresServer server)
{
    private static readonly (string Key, string Value)[] Tight = [("Bridge:Limits:Waits", "1"), ("Bridge:Limits:CallbacksPerTask", "2"), ("Bridge:Limits:Streams", "1")];

    [Fact]
    public async Task Everything_documented_has_a_scenario()
    {
        await using var bridge = await BridgeApplication.StartAsync(server);
        var document = await ApiDocument.ReadAsync(bridge);
        var there = document.Operations.Select(operation => operation.Name).ToArray();

        document.Operations.SelectMany(MissingOf).ShouldBeEmpty("add a scenario to the file of its chapter in Http/Contract");
        Scenarios.Operations.Except(there).ShouldBeEmpty("these have scenarios and are not in the document");
    }

    [Fact]
    public async Task Every_answer_is_as_documented()
    {
        await using var world = await ContractWorld.StartAsync(server, Tight);
        var document = await ApiDocument.ReadAsync(world.Bridge);
        var faults = new List<string>();

        foreach (var operation in document.Operations)
        {
            foreach (var scenario in Scenarios.Of(operation)) faults.AddRange(await RunAsync(world, document, operation, scenario));
        }

        ShouldBeNone(faults);
    }

    [Fact]
    public async Task Without_a_database_every_operation_is_unavailable()
    {
        var database = await server.CreateDatabaseAsync();
        await using var gate = new DatabaseGate(database);
        await using var world = await ContractWorld.OfAsync(await BridgeApplication.StartAsync(database, gate.DataSource));
        var document = await ApiDocument.ReadAsync(world.Bridge);
        gate.Refuse();

        // Liveness is about loops: see its own scenario.
        await ShouldAnswerAsync(world, document, 503, operation => operation.Name != "GET /healthz/live", (operation, path) => world.SendAsync(operation, path));
    }

    [Fact]
    public async Task A_defect_is_told_as_one_and_no_more()
    {
        await using var world = await ContractWorld.StartAsync(server);
        var document = await ApiDocument.ReadAsync(world.Bridge);
        await world.ExecuteAsync("alter schema bridge rename to elsewhere");

        await ShouldAnswerAsync(world, document, 500, _ => true, async (operation, path) =>
        {
            var answer = await world.SendAsync(operation, path);
            if ((int)answer.Status == 500) return answer;

            // It asks nothing of the database; whose key this is has to be asked all the same.
            answer.Dispose();
            return await operation.SendAsync(world.Bridge.As("kyb_unknown-until-now"), path);
        });
    }

    [Fact]
    public async Task A_client_over_its_rate_is_told_so()
    {
        await using var world = await ContractWorld.StartAsync(server, ("Bridge:Limits:RequestsPerSecond", "1"));
        var document = await ApiDocument.ReadAsync(world.Bridge);
        // What may come together after a while of nothing is the largest batch: its items count each.
        using var all = await world.Caller.PostAsync("/v1/tasks/batch", new { tasks = new object?[10_000] });
        ((int)all.Status).ShouldBe(200, all.Body);

        // Counted before it is asked who may: a client's key is refused so on the routes of admins, too.
        await ShouldAnswerAsync(world, document, 429, _ => true, async (operation, path) =>
        {
            var answer = await operation.SendAsync(world.Caller, path);
            for (var sent = 1; sent < 5 && (int)answer.Status != 429; sent++)
            {
                answer.Dispose();
                answer = await operation.SendAsync(world.Caller, path);
            }

            answer.Header("X-RateLimit-Limit").ShouldNotBeNull(operation.Name);
            answer.Header("X-RateLimit-Remaining").ShouldBe("0", operation.Name);
            answer.Header("X-RateLimit-Reset").ShouldNotBeNull(operation.Name);
            return answer;
        });
    }

    private static IEnumerable<(string Operation, int Status, string? Problem)> MissingOf(ApiOperation operation)
    {
        var provoked = Scenarios.Of(operation).Select(scenario => (scenario.Status, scenario.Problem)).ToHashSet();
        return from status in operation.Statuses
               where !Scenarios.IsProvokedEverywhere(status)
               from problem in ProblemsOf(operation, status)
               where !provoked.Contains((status, problem))
               select (operation.Name, status, problem);
    }

    private static IEnumerable<string?> ProblemsOf(ApiOperation operation, int status)
    {
        if (status < 400) return [null];
        return operation.ProblemsOf(status) is { Count: > 0 } problems ? problems : ["without a problem: Refuses(ProblemKind…) on the route names it"];
    }

    private static async Task<IEnumerable<string>> RunAsync(ContractWorld world, ApiDocument document, ApiOperation operation, Scenario scenario)
    {
        try
        {
            using var answer = await scenario.SendAsync(world, operation);
            var faults = new AnswerCheck(document).FaultsOf(operation, scenario.Status, answer).ToList();
            if (faults.Count == 0 && scenario.Problem is { } problem && !answer.Body.Contains($"\"/problems/{problem}\"", StringComparison.Ordinal))
                faults.Add($"is another problem than {problem}: {answer.Body}");
            return faults.Select(fault => $"{scenario}: {scenario.Status} {fault}");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return [$"{scenario}: {failure.Message}"];
        }
    }

    private static async Task ShouldAnswerAsync(
        ContractWorld world, ApiDocument document, int status, Func<ApiOperation, bool> isMeant, Func<ApiOperation, string, Task<TestAnswer>> send)
    {
        var asked = document.Operations.Where(operation => operation.Statuses.Contains(status) && isMeant(operation)).ToArray();
        asked.Length.ShouldBeGreaterThan(20);
        var faults = new List<string>();
        foreach (var operation in asked)
        {
            using var answer = await send(operation, operation.At(Refusals.UnknownOf(operation.IdKind ?? "")));
            faults.AddRange(new AnswerCheck(document).FaultsOf(operation, status, answer).Select(fault => $"{operation.Name}: {fault}"));
        }

        ShouldBeNone(faults);
    }

    private static void ShouldBeNone(IReadOnlyCollection<string> faults)
    {
        if (faults.Count > 0) Assert.Fail($"{faults.Count} answers are not as documented:\n{string.Join('\n', faults)}");
    }
}
