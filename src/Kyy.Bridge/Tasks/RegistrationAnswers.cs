using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Endpoints;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Tasks;

/// <summary>Shows a task in the answer to its registration, with what whoever registers it should know.</summary>
internal sealed class RegistrationAnswers(IDbContextFactory<BridgeDbContext> databases, ModelCatalogue catalogue)
{
    /// <summary>A new task, as it was inserted: what is in the answer is known, and is not read again.</summary>
    public BridgeTask OfNew(Registration registration, RegistrationResult.Created created, Caller caller)
    {
        var facts = created.Facts!;
        var task = TaskViews.OfNew(Inserted(registration, created.Id, facts), facts.Lane, registration.Callback?.Url, caller.IsAdmin);
        return Warned(task, registration.Callback is not null || facts.IsHeard);
    }

    /// <summary>A task that was there already, as it stands.</summary>
    public async Task<BridgeTask> OfExistingAsync(Guid id, Guid client, Caller caller, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var task = await TaskQueries.FindAsync(db, caller, id, cancellation)
            ?? throw new InvalidOperationException($"Task {id} was registered and is not there.");
        return Warned(task, task.CallbackUrls.Count > 0 || await IsHeardAsync(db, client, task.Family, cancellation));
    }

    private BridgeTask Warned(BridgeTask task, bool isHeard) =>
        task with { Warnings = [.. task.Warnings, .. RegistrationWarnings.Of(task, isHeard, catalogue)] };

    // As InsertTasks writes it.
    private static TrackedTask Inserted(Registration registration, Guid id, RegistrationFacts facts) => new()
    {
        Id = id,
        ClientId = registration.Client,
        UpstreamKeyId = registration.UpstreamKey,
        TaskId = registration.TaskId,
        Family = registration.Family,
        ServiceTier = registration.ServiceTier ?? ServiceTiers.Default,
        Reference = registration.Reference,
        Metadata = registration.Metadata,
        DeadlineSeconds = registration.DeadlineSeconds,
        RegisteredAt = facts.RegisteredAt,
        DeadlineAt = facts.RegisteredAt + registration.Deadline,
        NextPollAt = facts.RegisteredAt,
        Status = TaskStatuses.Registered,
        VideoUrls = [],
        Warnings = [],
    };

    // Without a family yet, an endpoint of any family may be the one: the model will tell. Index endpoints_client.
    private static Task<bool> IsHeardAsync(BridgeDbContext db, Guid client, string? family, CancellationToken cancellation) =>
        db.Endpoints.AnyAsync(
            endpoint => endpoint.ClientId == client && endpoint.DeletedAt == null && endpoint.Status == WebhookEndpoint.Enabled
                && endpoint.Events.Any(type => CallbackEvents.Ends.Contains(type))
                && (family == null || endpoint.Families == null || endpoint.Families.Contains(family)),
            cancellation);
}
