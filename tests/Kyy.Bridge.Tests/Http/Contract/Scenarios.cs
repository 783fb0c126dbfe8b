using Kyy.Bridge.Http;

namespace Kyy.Bridge.Tests.Http.Contract;

/// <summary>All scenarios, and what there is none of yet.</summary>
internal static class Scenarios
{
    /// <summary>Stands for every operation.</summary>
    public const string Everywhere = "*";

    /// <summary>
    /// Documented answers that nothing provokes yet. IT HAS TO BECOME EMPTY; what is listed and could be provoked fails.
    /// </summary>
    public static readonly (string Operation, int Status, string Problem)[] NotYet =
        [.. RateIsLimited ? Array.Empty<(string, int, string)>() : [(Everywhere, 429, "quota")]];

    /// <summary>
    /// Operations of the contract that are not in the document yet; their scenarios wait in the files by chapter. IT HAS TO BECOME EMPTY; what is
    /// listed and is there fails.
    /// </summary>
    public static readonly string[] Awaited =
    [
        "GET /v1/tasks/{id}/timeline", "POST /v1/tasks/{id}/refresh", "POST /v1/tasks/stop", "GET /v1/me", "GET /v1/attention",
        "POST /v1/endpoints", "GET /v1/endpoints", "GET /v1/endpoints/{id}", "PATCH /v1/endpoints/{id}", "DELETE /v1/endpoints/{id}",
        "GET /v1/endpoints/{id}/secret", "POST /v1/endpoints/{id}/secret/rotate", "POST /v1/endpoints/{id}/test",
        "POST /v1/endpoints/{id}/enable", "POST /v1/endpoints/{id}/disable", "POST /v1/endpoints/{id}/replay",
        "GET /v1/replays", "GET /v1/replays/{id}", "DELETE /v1/replays/{id}", "GET /v1/deliveries", "GET /v1/deliveries/{id}",
        "POST /v1/deliveries/{id}/redeliver", "POST /v1/deliveries/redeliver", "GET /v1/events", "GET /v1/events/stream",
        "POST /v1/admin/hold", "POST /v1/admin/release",
    ];

    private static readonly ILookup<string, Scenario> ByOperation =
        TaskScenarios.All.Concat(KeyScenarios.All).Concat(EndpointScenarios.All).Concat(DeliveryScenarios.All).Concat(AdminScenarios.All)
            .ToLookup(scenario => scenario.Operation);

    /// <summary>Whether a client's requests a second are limited, see <see cref="OperationCoverageTests.A_client_over_its_rate_is_told_so"/>.</summary>
    public static bool RateIsLimited => typeof(LimitsSettings).GetProperty("RequestsPerSecond") is not null;

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
    public static bool IsProvokedEverywhere(int status) => status is 500 or 503 || (status is 429 && RateIsLimited);
}
