using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Client.Signing;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Receiving;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>The demo's tasks, once the upstream has them: each has a hook of its own at the receiver.</summary>
internal sealed class Cast
{
    private readonly DemoStage _stage;
    private readonly IReadOnlyList<Part> _batch, _singles;

    /// <summary>Makes the tasks at the upstream.</summary>
    public Cast(DemoStage stage)
    {
        _stage = stage;
        _batch = [.. Scenario.Batch.Select(Create)];
        _singles = [.. Scenario.Singles.Select(Create)];
    }

    private IEnumerable<Part> All => _batch.Concat(_singles);

    /// <summary>Registers them.</summary>
    /// <returns>How, in words.</returns>
    /// <exception cref="DemoException">One was refused, or registered twice it became two.</exception>
    public async Task<string> RegisterAsync(BridgeClient client, CancellationToken stopping)
    {
        var batch = await client.RegisterBatchAsync([.. _batch.Select(part => part.Registration)], cancellationToken: stopping);
        if (batch.Rejected > 0)
            throw new DemoException($"The service refused a task: {batch.Results.First(item => item.Problem is not null).Problem!.Detail}");
        BridgeTask? last = null;
        foreach (var part in _singles) last = await client.RegisterAsync(part.Registration, cancellationToken: stopping);
        var again = await client.RegisterAsync(_singles[^1].Registration, cancellationToken: stopping);
        if (again.Id != last!.Id) throw new DemoException($"{again.TaskId} was registered twice, and became two tasks.");
        return $"{batch.Created} in a batch, {_singles.Count} singly, 1 again: the same id";
    }

    /// <summary>How all of them are now.</summary>
    public async Task<IReadOnlyList<TaskRow>> LookAsync(BridgeClient client, DateTimeOffset now, CancellationToken stopping)
    {
        // The webhooks first: a task whose webhook is there has then ended.
        var webhooks = _stage.Receiver.Webhooks.ToLookup(webhook => webhook.Path, WebhookMark.Of);
        var tasks = await client.ListTasksAsync(null, stopping).ToDictionaryAsync(task => task.TaskId, null, stopping);
        return [.. All.Select(part => TaskRow.Of(tasks[part.TaskId], webhooks[part.Hook.AbsolutePath].LastOrDefault(), now))];
    }

    /// <summary>What came of them.</summary>
    public DemoResult Result(IReadOnlyList<TaskRow> rows, TimeSpan took)
    {
        var hooks = All.Select(part => part.Hook.AbsolutePath).ToHashSet();
        return new()
        {
            Rows = rows,
            Endings = [.. All.Select(part => part.Scene.Task.Ending)],
            Webhooks = [.. _stage.Receiver.Webhooks.Where(webhook => hooks.Contains(webhook.Path)).Select(WebhookMark.Of)],
            Gaps = [.. All.GroupBy(part => part.Scene.Task.Tier).OrderBy(tier => tier.Key).Select(Gap)],
            Violations = Polls(All).Where(poll => poll.Violations != Violation.None).CountBy(poll => poll.Violations).ToDictionary(),
            Took = took,
        };
    }

    private TierGap Gap(IGrouping<ServiceTier, Part> tier) =>
        new(tier.Key, Polls(tier).Min(poll => poll.Gap), _stage.UpstreamOptions.ExpectedGap(tier.Key));

    private IEnumerable<Poll> Polls(IEnumerable<Part> parts) => parts.SelectMany(part => _stage.Upstream.PollsOf(part.TaskId));

    private Part Create(Scene scene)
    {
        var id = _stage.Upstream.Tasks.Create(scene.Task).Id;
        var hook = _stage.Receiver.Hook(id);
        if (scene.IsAnsweredBadlyAtFirst) _stage.Receiver.AnswerAt(hook.AbsolutePath, BadlyAtFirst);
        return new(scene, id, hook);
    }

    // Not 503: that would tell the bridge to slow down with the receiver's other webhooks, too.
    private RawAnswer BadlyAtFirst(ReceivedWebhook webhook) =>
        webhook is { Verification: WebhookVerification.Verified, Attempt: 1 }
            ? RawAnswer.Message(StatusCodes.Status500InternalServerError, "out of order, for once")
            : _stage.Receiver.Answer(webhook);

    private sealed record Part(Scene Scene, string TaskId, Uri Hook)
    {
        public TaskRegistration Registration => Scene.Registration(TaskId, Hook);
    }
}
