using System.Text.Json;
using Kyy.Bridge.Emulator.Http;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>What the real upstream does not have: making tasks without paying for them, and asking how the asker behaves.</summary>
internal sealed class ControlApi(MonotonicClock clock, EmulatedTasks tasks, PollLedger ledger)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/control/tasks", CreateAsync);
        routes.MapGet("/control/tasks/{**id}", Get);
        routes.MapGet("/control/report", () => EmulatorReport.Of(tasks, ledger));
        routes.MapFallback(NoHandler);
    }

    private async Task<IResult> CreateAsync(HttpRequest request, int count = 1)
    {
        try
        {
            var wanted = await JsonSerializer.DeserializeAsync<NewTask>(request.Body, Wire.Json, request.HttpContext.RequestAborted)
                ?? throw new JsonException("The body is a JSON object.");
            return TypedResults.Ok(new { ids = Enumerable.Range(0, count).Select(_ => tasks.Create(wanted).Id).ToArray() });
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException)
        {
            return TypedResults.BadRequest(new { wrong.Message });
        }
    }

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

    /// <summary>The words of the upstream's framework for a path it does not serve; not to be taken for a task that is not there.</summary>
    private Task NoHandler(HttpContext context)
    {
        ledger.CountUnrouted();
        var sentence = $"No handler found for {context.Request.Method} {RawPath.TargetOf(context)}";
        return RawAnswer.Message(StatusCodes.Status404NotFound, sentence).SendAsync(context);
    }
}
