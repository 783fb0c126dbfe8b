using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Http;
using Kyy.Bridge.Keys;
using Kyy.Bridge.Keys.UpstreamKeys;
using Kyy.Bridge.Limits;
using Kyy.Bridge.Persistence;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Tasks.Refreshing;
using Kyy.Bridge.Tasks.Timelines;
using Kyy.Bridge.Upstream;
using Kyy.Bridge.Upstream.Catalogue;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;
using Npgsql;

namespace Kyy.Bridge.Tasks;

/// <summary>The routes of the tasks.</summary>
internal static class TasksApi
{
    private static readonly QueryParameter
        Wait = new(AnswersInTime.WaitParameter, "Holds the answer until the task has ended, for 1 to 50 seconds.", JsonSchemaType.Integer),
        Erase = new("erase", "Also removes metadata, links, events and response bodies.", JsonSchemaType.Boolean);

    public static void MapTasks(this IEndpointRouteBuilder api)
    {
        var tasks = api.MapGroup("/tasks").WithTags("Tasks");
        tasks.MapPost("/", Register).TakesJson<TaskRegistration>().IsIdempotentByNature().Refuses(ProblemKind.TaskDiffers)
            .WithName("RegisterTask").WithSummary("Registers an upstream task; the same task again answers 200 and adds its callback.");
        tasks.MapPost("/batch", RegisterBatch).TakesJson<BatchRegistration>(maxBytes: JsonBody.MaxBatchBytes).IsIdempotentByNature()
            .WithName("RegisterTasks").WithSummary("Registers up to 10,000 tasks; a bad one does not spoil the others.");
        tasks.MapGet("/", List).TakesQuery([.. TaskFilter.Parameters, .. QueryParameter.Page])
            .WithName("ListTasks").WithSummary("Lists tasks, newest first.");
        tasks.MapGet("/{id}", Get).TakesQuery(Wait)
            .WithName("GetTask").WithSummary("One task; with wait, as soon as it has ended.");
        tasks.MapPost("/{id}/poll", Poll).IsIdempotentByNature().Refuses(ProblemKind.TaskEnded)
            .WithName("PollTask").WithSummary("Makes a task due as soon as its family's window allows.");
        tasks.MapDelete("/{id}", Stop).TakesQuery(Erase)
            .WithName("StopTask").WithSummary("Stops tracking a task and cancels its pending deliveries.");
        tasks.MapPost("/stop", StopMany).TakesJson<TaskStop>(maxBytes: JsonBody.MaxBatchBytes).TakesQuery(Erase).IsIdempotentByNature()
            .WithName("StopTasks").WithSummary("Stops up to 10,000 tasks; an id that is none does not spoil the others.");
        tasks.MapGet("/{id}/timeline", GetTimeline)
            .WithName("GetTimeline").WithSummary("What happened to a task, what comes next, and why it stands as it does.");
        tasks.MapPost("/{id}/refresh", Refresh).IsIdempotentByNature().Refuses(ProblemKind.NotRefreshable)
            .WithName("RefreshTask").WithSummary("Asks once more about a completed task, for a fresh link, as soon as its family's window allows.");
    }

    private static async Task<Results<Created<BridgeTask>, Ok<BridgeTask>, ProblemResult>> Register(
        OnBehalfOf owner, Caller caller, JsonBody body, Registrants registrants, RegistrationReader reader, TaskRegistrar registrar, Quota quota,
        RegistrationAnswers answers, HttpRequest request, CancellationToken cancellation)
    {
        var client = await registrants.ReadAsync(owner.ClientId, cancellation);
        var (registration, refusal) = reader.Read(body.Root, client);
        if (refusal is not null) return refusal;

        var results = await quota.RegisterAsync(caller, 1, async _ => [await registrar.RegisterAsync(registration!, cancellation)], cancellation);
        switch (results.SingleOrDefault())
        {
            case null:
                return quota.Refusal;
            case RegistrationResult.Created created:
                var task = answers.OfNew(registration!, created, caller);
                return TypedResults.Created($"{request.PathBase}/v1/tasks/{task.Id}", task);
            case RegistrationResult.Existing(var id):
                return TypedResults.Ok(await answers.OfExistingAsync(id, owner.ClientId, caller, cancellation));
            case var refused:
                return TaskProblems.Of(refused);
        }
    }

    private static async Task<Results<Ok<BatchResult>, ProblemResult>> RegisterBatch(
        OnBehalfOf owner, Caller caller, JsonBody body, Registrants registrants, RegistrationReader reader, TaskRegistrar registrar, Quota quota,
        HttpContext context, CancellationToken cancellation)
    {
        var members = new MemberReader(body.Root);
        var items = members.Array("tasks", 1, TaskBatch.Largest, required: true);
        if (members.Refusal() is { } refusal) return refusal;
        if (ClientLimits.ChargeItems(context, caller, items!.Count) is { } tooMany) return tooMany;

        var client = await registrants.ReadAsync(owner.ClientId, cancellation);
        return TypedResults.Ok(await TaskBatch.RegisterAsync(items, client, caller, reader, registrar, quota, cancellation));
    }

    private static async Task<Results<Ok<Page<BridgeTask>>, ProblemResult>> List(
        QueryReader query, Caller caller, ModelCatalogue catalogue, BridgeDbContext db, CancellationToken cancellation)
    {
        var filter = TaskFilter.Read(query, catalogue);
        var page = query.Page();
        if (query.Refusal() is { } refusal) return refusal;

        return TypedResults.Ok(await TaskQueries.ListAsync(db, caller, filter, page, cancellation));
    }

    private static async Task<Results<Ok<BridgeTask>, ProblemResult>> Get(
        string id, QueryReader query, Caller caller, TaskWaiting waiting, BridgeDbContext db, CancellationToken cancellation)
    {
        var wait = query.Integer(Wait.Name, 1, 50);
        if (query.Refusal() is { } refusal) return refusal;
        if (!TypeId.TryParse(TypeId.Task, id, out var task)) return Problems.NotFound();

        var found = await TaskQueries.FindAsync(db, caller, task, cancellation);
        if (found is null) return Problems.NotFound();
        if (wait is not { } seconds || found.Ended) return TypedResults.Ok(found);

        if (await waiting.UntilEndedAsync(caller, task, TimeSpan.FromSeconds(seconds), cancellation) is { } refused) return refused;
        return await TaskQueries.FindAsync(db, caller, task, cancellation) is { } now ? TypedResults.Ok(now) : Problems.NotFound();
    }

    private static async Task<Results<Accepted<PollAccepted>, ProblemResult>> Poll(
        string id, Caller caller, ModelCatalogue catalogue, PollSignals signals, NpgsqlDataSource dataSource, BridgeDbContext db, CancellationToken cancellation)
    {
        if (await TaskQueries.FindRowAsync(db, caller, id, cancellation) is not { } row) return Problems.NotFound();

        var shortest = PollPlan.Shortest(catalogue.Of(row.Family).WindowFor(row.ServiceTier == ServiceTiers.Flex));
        if (await PollNow.RequestAsync(dataSource, row.Id, shortest, cancellation) is not { } next)
            return Problems.TaskEnded("It is not polled any more. Its status is final.");
        signals.Of(row.Family).Raise();
        return TypedResults.Accepted((string?)null, new PollAccepted(next));
    }

    private static async Task<Results<NoContent, ProblemResult>> Stop(
        string id, QueryReader query, Caller caller, TaskWaiters waiters, NpgsqlDataSource dataSource, CancellationToken cancellation)
    {
        var erase = query.Flag("erase") ?? false;
        if (query.Refusal() is { } refusal) return refusal;
        if (!TypeId.TryParse(TypeId.Task, id, out var task)) return Problems.NotFound();

        var found = await StopTasks.RunAsync(dataSource, [task], caller.ClientId, erase, cancellation);
        if (found.Count == 0) return Problems.NotFound();
        waiters.Ended(found.Keys);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<StopResult>, ProblemResult>> StopMany(
        JsonBody body, QueryReader query, KeysInView whose, StopBatch stops, CancellationToken cancellation)
    {
        var erase = query.Flag("erase") ?? false;
        if (query.Refusal() is { } refusal) return refusal;
        var members = new MemberReader(body.Root);
        var ids = members.Array("ids", 1, StopBatch.Largest, required: true);
        if (members.Refusal() is { } refused) return refused;

        return TypedResults.Ok(await stops.StopAsync(ids!, whose.ClientId, erase, cancellation));
    }

    private static async Task<Results<Ok<TaskTimeline>, ProblemResult>> GetTimeline(
        string id, Caller caller, BridgeDbContext db, ModelCatalogue catalogue, UpstreamOptions options, DatabaseClock clock,
        CancellationToken cancellation) =>
        await TimelineQueries.ReadAsync(db, caller, id, catalogue, options, clock.Now, cancellation) is { } facts
            ? TypedResults.Ok(Timeline.Of(facts))
            : Problems.NotFound();

    private static async Task<Results<Accepted<PollAccepted>, ProblemResult>> Refresh(
        string id, Caller caller, ModelCatalogue catalogue, RefreshWork work, NpgsqlDataSource dataSource, BridgeDbContext db,
        CancellationToken cancellation)
    {
        if (await TaskQueries.FindRowAsync(db, caller, id, cancellation) is not { } row) return Problems.NotFound();

        var isFlex = row.ServiceTier == ServiceTiers.Flex;
        switch (await RequestRefresh.RunAsync(dataSource, row.Id, catalogue.Of(row.Family), isFlex, cancellation))
        {
            case RefreshAnswer.Due(var at):
                work.Wake.Raise();
                return TypedResults.Accepted((string?)null, new PollAccepted(at));
            case RefreshAnswer.Refused(var detail):
                return Problems.NotRefreshable(detail);
            default:
                return Problems.NotFound();
        }
    }
}
