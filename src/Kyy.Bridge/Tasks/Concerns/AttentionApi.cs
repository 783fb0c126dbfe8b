using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Kyy.Bridge.Tasks.Concerns;

/// <summary>The route that shows what somebody should look at, each with the call that mends it.</summary>
internal static class AttentionApi
{
    public static void MapAttention(this IEndpointRouteBuilder api) => api.MapGroup("/attention").WithTags("Attention").MapGet("/", Get)
        .WithName("GetAttention").WithSummary("What needs attention, each with the call that mends it; an admin sees that of every client.");

    private static async Task<Ok<Attention>> Get(
        KeysInView whose, Caller caller, NpgsqlDataSource dataSource, ModelCatalogue catalogue, UpstreamOptions options,
        CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        var concern = new Concern(connection, whose.ClientId, caller.IsAdmin);
        List<AttentionItem> items =
        [
            .. await KeyConcerns.ReadAsync(concern, options.MaxRequestsPerSecond, cancellation),
            .. await EndpointConcerns.ReadAsync(concern, cancellation),
            .. await DeadConcerns.ReadAsync(concern, cancellation),
            .. await OverdueConcerns.ReadAsync(concern, catalogue, UpstreamOptions.Normal(options.BaseUrl), cancellation),
            .. await LinkConcerns.ReadAsync(concern, cancellation),
            .. await HoldConcerns.ReadAsync(concern, cancellation),
        ];
        return TypedResults.Ok(new Attention([.. items.OrderBy(item => item.Severity != Concern.Error)]));
    }
}
