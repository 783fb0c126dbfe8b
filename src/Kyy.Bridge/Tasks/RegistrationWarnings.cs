using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Tasks;

/// <summary>What whoever registers a task should know, in the answer to the registration alone.</summary>
internal static class RegistrationWarnings
{
    /// <param name="db">Where the client's endpoints are.</param>
    /// <param name="task">The task as it was registered.</param>
    /// <param name="client">Whose it is.</param>
    /// <param name="catalogue">The families.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<BridgeTask> WarnedAsync(
        BridgeDbContext db, BridgeTask task, Guid client, ModelCatalogue catalogue, CancellationToken cancellation)
    {
        var isHeard = task.CallbackUrls.Count > 0 || await IsHeardAsync(db, client, task.Family, cancellation);
        return task with { Warnings = [.. task.Warnings, .. Of(task, isHeard, catalogue)] };
    }

    // Without a family yet, an endpoint of any family may be the one: the model will tell. Index endpoints_client.
    private static Task<bool> IsHeardAsync(BridgeDbContext db, Guid client, string? family, CancellationToken cancellation) =>
        db.Endpoints.AnyAsync(
            endpoint => endpoint.ClientId == client && endpoint.DeletedAt == null && endpoint.Status == WebhookEndpoint.Enabled
                && endpoint.Events.Any(type => CallbackEvents.Ends.Contains(type))
                && (family == null || endpoint.Families == null || endpoint.Families.Contains(family)),
            cancellation);

    private static IEnumerable<string> Of(BridgeTask task, bool isHeard, ModelCatalogue catalogue)
    {
        // Nothing will be sent: the feed, waiting and lists still work, but a forgotten callback is likelier.
        if (!isHeard) yield return TaskWarnings.NoDestination;
        // An offline task may take longer than the upstream keeps its record (S2: one day).
        if (task.Family is { } family && catalogue.Find(family)?.RecordLife < task.DeadlineAt - task.RegisteredAt)
            yield return TaskWarnings.RecordMayExpireFirst;
    }
}
