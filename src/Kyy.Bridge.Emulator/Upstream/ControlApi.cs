using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Emulator.Upstream.Limits;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>
/// What the real upstream does not have: making tasks without paying for them, misbehaving at will, and asking how the asker behaves.
/// </summary>
internal sealed class ControlApi(
    MonotonicClock clock, EmulatedTasks tasks, EmulatedKeys keys, FaultRules faults, ResultRoute results, PollLedger ledger)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/control/tasks", CreateAsync);
        routes.MapGet("/control/tasks/{**id}", Get);
        routes.MapGet("/control/report", () => EmulatorReport.Of(tasks, keys, ledger));
        routes.MapGet("/control/gaps", () => ledger.Gaps);
        routes.MapGet("/control/faults", () => faults.Active.Select(active => new { active.Rule, active.Matches }));
        routes.MapPut("/control/faults", request => SetAsync<FaultRule[]>(request, faults.Replace));
        routes.MapPost("/control/faults", request => SetAsync<FaultRule>(request, rule => faults.Add(rule)));
        routes.MapDelete("/control/faults", () => faults.Clear());
        routes.MapDelete("/control/faults/{name}", Remove);
        routes.MapGet("/control/limits", () => results.Limits);
        routes.MapPut("/control/limits", request => SetAsync<LimitOptions>(request, limits => results.Limits = limits));
        routes.MapDelete("/control/limits", () => { results.Limits = new(); });
        routes.MapGet("/videos/{code:int}/{**id}", AnswerVideo);
        routes.MapFallback(NoHandler);
    }

    private async Task<IResult> CreateAsync(HttpRequest request, int count = 1)
    {
        try
        {
            var wanted = await StrictJson.ReadAsync<NewTask>(request);
            return TypedResults.Ok(new { ids = Enumerable.Range(0, count).Select(_ => tasks.Create(wanted).Id).ToArray() });
        }
        catch (ArgumentException wrong)
        {
            return TypedResults.BadRequest(new { wrong.Message });
        }
    }

    private static async Task SetAsync<T>(HttpContext context, Action<T> set)
    {
        try
        {
            set(await StrictJson.ReadAsync<T>(context.Request));
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        catch (ArgumentException wrong)
        {
            await TypedResults.BadRequest(new { wrong.Message }).ExecuteAsync(context);
        }
    }

    private IResult Remove(string name) =>
        faults.Remove(name) ? TypedResults.NoContent() : TypedResults.NotFound(new { message = "no fault of that name" });

    private IResult Get(HttpContext context)
    {
        _ = RawPath.TryReadSegment(RawPath.TargetOf(context), "/control/tasks/", out var segment);
        var id = RawPath.Decode(segment);
        var polls = ledger.Of(id).Polls;
        return tasks.Get(id) is { } task
            ? TypedResults.Ok(new
            {
                task.Id,
                task.Family,
                task.Model,
                task.Tier,
                task.CreatedAt,
                Status = task.StatusAt(clock.Now, polls.Count),
                polls,
            })
            : TypedResults.NotFound(new { message = "task not found" });
    }

    /// <summary>Where the links of <see cref="ExpiredLinkFault"/> lead.</summary>
    private IResult AnswerVideo(HttpContext context, int code)
    {
        ledger.CountVideo(withKey: context.Request.Headers.Authorization.Count > 0);
        return TypedResults.StatusCode(code);
    }

    private Task NoHandler(HttpContext context)
    {
        ledger.CountUnrouted();
        return OrdinaryAnswers.NoHandler(context.Request.Method, RawPath.TargetOf(context)).SendAsync(context);
    }
}
