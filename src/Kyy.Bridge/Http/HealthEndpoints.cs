using Kyy.Bridge.Keys;
using Kyy.Bridge.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kyy.Bridge.Http;

/// <summary>What probes ask. Everybody may, but only an admin is told the reason.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/healthz").WithTags("Health").WithMetadata(new RoutineRequests()).AddEndpointFilter<RequestFaults>();
        health.MapGet("/live", LiveAsync)
            .WithName("GetLiveness").WithSummary("Fails when a loop has hung: restart the process.");
        health.MapGet("/ready", ReadyAsync)
            .WithName("GetReadiness").WithSummary("Fails when requests should go elsewhere.");
    }

    private static async Task<Results<Ok<Health>, ProblemResult>> LiveAsync(HttpContext context, Liveness liveness, Readiness readiness)
    {
        if (liveness.Hung() is not [_, ..] hung) return TypedResults.Ok(Health.Live);
        if (await readiness.DatabaseAnswersAsync())
            return Unavailable(context, $"No sign of life for {Liveness.Patience.TotalMinutes:0} minutes from {string.Join(", ", hung)}.");

        liveness.Excuse();
        return TypedResults.Ok(Health.Live);
    }

    private static async Task<Results<Ok<Health>, ProblemResult>> ReadyAsync(HttpContext context, Readiness readiness) =>
        await readiness.FaultAsync() is { } fault ? Unavailable(context, fault) : TypedResults.Ok(Health.Ready);

    private static ProblemResult Unavailable(HttpContext context, string detail) =>
        Problems.Unavailable(context.User.IsInRole(ApiKeyAuthentication.Admin) ? detail : null);
}

/// <summary>The answer to a probe when all is well.</summary>
/// <param name="Status"><c>live</c> or <c>ready</c>, as was asked.</param>
internal sealed record Health(string Status)
{
    public static readonly Health Live = new("live"), Ready = new("ready");
}
