using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;
using Kyy.Bridge.Tests.Faults.Campaign.Judging;
using Kyy.Bridge.Tests.Faults.Campaign.Planning;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Campaign.Running;

/// <summary>
/// Clients that register tasks all the time, as clients do: what got no 2xx is said again, under the same idempotency key.
/// </summary>
internal sealed class Registrar(CampaignPlan plan, Stage stage, Fleet fleet, Clients clients, ConcurrentQueue<Answer> answers)
{
    private static readonly TimeSpan BeforeAgain = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<int, RegisteredTask> _tasks = [];
    private int _accepted;

    public int Accepted => Volatile.Read(ref _accepted);

    public IReadOnlyList<RegisteredTask> Tasks => [.. _tasks.Values];

    /// <summary>Registers the plan's tasks, evenly over its length, and returns when each was accepted.</summary>
    /// <param name="goesOn">Whether there are to be more of them, at the same rate: asked when the plan's are all under way.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(Func<bool> goesOn, CancellationToken cancellation)
    {
        var begin = TimeProvider.System.GetTimestamp();
        var under = new List<Task>();
        for (var number = 0; number < plan.Tasks || goesOn(); number++)
        {
            var wait = (plan.Length * 0.97 * number / plan.Tasks) - TimeProvider.System.GetElapsedTime(begin);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, TimeProvider.System, cancellation);
            under.RemoveAll(task => task.IsCompletedSuccessfully);
            under.Add(RegisterAsync(number, cancellation));
        }

        await Task.WhenAll(under);
    }

    private async Task RegisterAsync(int number, CancellationToken cancellation)
    {
        var task = plan.TaskOf(number);
        if (task.Status != TaskStatuses.Lost) stage.Upstream.Tasks.Create(Script(task));
        _tasks[number] = new(task.Id, task.Status, task.Hook, null);
        var body = JsonSerializer.SerializeToUtf8Bytes(Registration(task), BridgeJson.Requests.TaskRegistration);
        for (var attempt = 0; !await TryAsync(number, attempt, task, body, cancellation); attempt++)
            await Task.Delay(BeforeAgain, TimeProvider.System, cancellation);
        _tasks[number] = _tasks[number] with { AcceptedAt = Chronicle.Now };
        Interlocked.Increment(ref _accepted);
    }

    private async Task<bool> TryAsync(int number, int attempt, PlannedTask task, byte[] body, CancellationToken cancellation)
    {
        // Whoever is behind a balancer is sent to one that is ready, to another one each time.
        var ready = fleet.Ready;
        if (ready.Count == 0) return false;
        var slot = ready[(number + attempt) % ready.Count];
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/tasks") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Authorization = new("Bearer", task.Hook == Hook.Endpoint ? clients.OfEndpoint : clients.OfCallbacks);
        request.Headers.Add("Idempotency-Key", $"register-{number}");
        var answer = await clients.AskAsync(slot, request, cancellation);
        if (answer is null) return false;
        answers.Enqueue(answer);
        return answer.StatusCode is (int)HttpStatusCode.OK or (int)HttpStatusCode.Created;
    }

    private TaskRegistration Registration(PlannedTask task) => new()
    {
        TaskId = task.Id,
        Family = task.Family.Name,
        CallbackUrl = task.Hook == Hook.Endpoint ? null : stage.Receivers[task.Hook].Hook().AbsoluteUri,
        Metadata = RawJson.Parse(Encoding.UTF8.GetBytes($$"""{"number":"{{task.Id}}"}""")),
    };

    private static NewTask Script(PlannedTask task)
    {
        var made = new NewTask
        {
            Id = task.Id,
            Family = task.Family,
            QueuedFor = task.Takes * 0.3 / World.TimeScale,
            ProcessingFor = task.Takes * 0.7 / World.TimeScale,
        };
        return task.Status switch
        {
            TaskStatuses.Failed => made with { Ending = EmulatedStatus.Failed },
            TaskStatuses.Cancelled => made with { Ending = EmulatedStatus.Cancelled },
            TaskStatuses.CompletedWithoutUrl => made with { VideoUrl = "" },
            TaskStatuses.Expired or TaskStatuses.TimedOut => made with { Statuses = [EmulatedStatus.Queued, EmulatedStatus.Processing] },
            _ => made,
        };
    }
}
