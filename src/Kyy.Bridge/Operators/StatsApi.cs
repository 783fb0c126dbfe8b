using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Kyy.Bridge.Operators;

/// <summary>The route that shows admins how the whole service is doing.</summary>
internal static class StatsApi
{
    public static void MapStats(this IEndpointRouteBuilder api) => api.MapGroup("/admin/stats").WithTags("Stats").MapGet("/", Get)
        .WithName("GetStats").WithSummary("Tasks and deliveries in numbers, live workers, the upstream keys' budgets, and the estimates.");

    private static async Task<Ok<BridgeStats>> Get(
        NpgsqlDataSource dataSource, BridgeDbContext db, ModelCatalogue catalogue, UpstreamOptions upstream, HoldStore holds, DatabaseClock clock,
        CancellationToken cancellation)
    {
        var at = clock.Now;
        return TypedResults.Ok(new BridgeStats(
            at,
            await CountRows.TasksAsync(dataSource, UpstreamOptions.Normal(upstream.BaseUrl), cancellation),
            await CountRows.DeliveriesAsync(dataSource, cancellation),
            await StatsQueries.ReplicasAsync(db, at, cancellation),
            await StatsQueries.BudgetsAsync(db, cancellation),
            EstimateOverview.Of(catalogue, await StatsQueries.DurationsAsync(db, cancellation)))
        {
            Holds = await holds.ReadAsync(cancellation),
        });
    }
}
