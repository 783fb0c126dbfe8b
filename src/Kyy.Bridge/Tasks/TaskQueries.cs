using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kyy.Bridge.Tasks;

/// <summary>Reads tasks for those who may see them: a client its own, an admin all.</summary>
internal static class TaskQueries
{
    /// <summary>One task; null where there is none or it is another client's.</summary>
    public static async Task<BridgeTask?> FindAsync(BridgeDbContext db, Caller caller, Guid id, CancellationToken cancellation)
    {
        var row = await Visible(db, caller).SingleOrDefaultAsync(task => task.Id == id, cancellation);
        return row is null ? null : (await TaskViews.OfAsync(db, [row], caller.IsAdmin, cancellation))[0];
    }

    /// <summary>One task's row, by the id that callers know it by.</summary>
    public static async Task<TrackedTask?> FindRowAsync(BridgeDbContext db, Caller caller, string id, CancellationToken cancellation) =>
        TypeId.TryParse(TypeId.Task, id, out var task)
            ? await Visible(db, caller).SingleOrDefaultAsync(row => row.Id == task, cancellation)
            : null;

    /// <summary>A page of tasks, newest first. Indexes <c>tasks_of_client</c> and <c>tasks_all</c>.</summary>
    public static async Task<Page<BridgeTask>> ListAsync(
        BridgeDbContext db, Caller caller, TaskFilter filter, PageRequest page, CancellationToken cancellation)
    {
        var tasks = filter.Apply(Visible(db, caller));
        var rows = await tasks.PageAsync(page, cancellation, nameof(TrackedTask.RegisteredAt));
        var views = (await TaskViews.OfAsync(db, rows, caller.IsAdmin, cancellation)).ToDictionary(view => view.Id);
        return page.Of(rows, row => new(row.RegisteredAt, row.Id), row => views[TypeId.Format(TypeId.Task, row.Id)]);
    }

    private static IQueryable<TrackedTask> Visible(BridgeDbContext db, Caller caller) =>
        caller.ClientId is { } client ? db.Tasks.Where(task => task.ClientId == client) : db.Tasks;
}
