using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.OpenApi;

namespace Kyy.Bridge.Tasks;

/// <summary>Which tasks a list shows.</summary>
internal sealed record TaskFilter(
    string? TaskId, string? Reference, string? Status, string? Family, bool? Ended, DateTimeOffset? RegisteredAfter, DateTimeOffset? RegisteredBefore)
{
    private const int LongestText = 200;

    private static readonly string[] Statuses =
    [
        TaskStatuses.Registered, TaskStatuses.Queued, TaskStatuses.Processing, TaskStatuses.Completed, TaskStatuses.CompletedWithoutUrl,
        TaskStatuses.Failed, TaskStatuses.Cancelled, TaskStatuses.Expired, TaskStatuses.Lost, TaskStatuses.TimedOut, TaskStatuses.Stopped,
    ];

    private static readonly string[] FamilyNames =
        [Families.StarVideos, Families.Videos, Families.Seedance15, Families.Veo, Families.Sd2Manxue, Families.Default];

    public static readonly IReadOnlyList<QueryParameter> Parameters =
    [
        new("task_id", "The upstream's id."),
        new("reference", "The caller's own id."),
        new("status", "The status.", Choices: Statuses),
        new("family", "The family.", Choices: FamilyNames),
        new("ended", "Whether it has ended.", JsonSchemaType.Boolean),
        new("registered_after", "Registered at this time or later.", Format: "date-time"),
        new("registered_before", "Registered before this time.", Format: "date-time"),
    ];

    public static TaskFilter Read(QueryReader query, ModelCatalogue catalogue) => new(
        query.Text("task_id", LongestText),
        query.Text("reference", LongestText),
        query.Choice("status", Statuses),
        query.Choice("family", [.. catalogue.Families.Select(family => family.Id)]),
        query.Flag("ended"),
        query.Time("registered_after"),
        query.Time("registered_before"));

    public IQueryable<TrackedTask> Apply(IQueryable<TrackedTask> tasks)
    {
        if (TaskId is not null) tasks = tasks.Where(task => task.TaskId == TaskId);
        if (Reference is not null) tasks = tasks.Where(task => task.Reference == Reference);
        if (Status is not null) tasks = tasks.Where(task => task.Status == Status);
        if (Family is not null) tasks = tasks.Where(task => task.Family == Family);
        if (Ended is { } ended) tasks = tasks.Where(task => task.EndedAt != null == ended);
        if (RegisteredAfter is { } after) tasks = tasks.Where(task => task.RegisteredAt >= after);
        if (RegisteredBefore is { } before) tasks = tasks.Where(task => task.RegisteredAt < before);
        return tasks;
    }
}
