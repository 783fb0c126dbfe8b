namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>All scenarios.</summary>
internal static class Scenarios
{
    private static readonly ILookup<string, Scenario> ByOperation =
        TaskScenarios.All.Concat(KeyScenarios.All).Concat(EndpointScenarios.All).Concat(DeliveryScenarios.All).Concat(AdminScenarios.All)
            .ToLookup(scenario => scenario.Operation);

    /// <summary>The operations that have scenarios of their own.</summary>
    public static IEnumerable<string> Operations => ByOperation.Select(operation => operation.Key);

    /// <summary>The scenarios of one operation: those of its kind, as far as they are documented of it, and its own.</summary>
    public static IReadOnlyList<Scenario> Of(ApiOperation operation) =>
    [
        .. Refusals.Of(operation).Where(scenario => operation.Statuses.Contains(scenario.Status) && operation.ProblemsOf(scenario.Status).Contains(scenario.Problem))
            .Select(scenario => scenario with { Operation = operation.Name }),
        .. ByOperation[operation.Name].Select(scenario => scenario.Status == 0 ? scenario with { Status = operation.Success } : scenario),
    ];

    /// <summary>Answers that a test of their own provokes from every operation: 500, 503 and the rate's 429.</summary>
    public static bool IsProvokedEverywhere(int status) => status is 429 or 500 or 503;
}
