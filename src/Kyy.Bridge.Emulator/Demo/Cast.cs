using Kyy.Bridge.Client;
using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Emulator.Upstream;

namespace Kyy.Bridge.Emulator.Demo;

/// <summary>The demo's tasks, once the upstream has them: each has a hook of its own at the receiver.</summary>
internal sealed class Cast
{
    private readonly DemoStage _stage;
    private readonly IReadOnlyList<Part> _batch, _singles;

    private Cast(DemoStage stage, IReadOnlyList<Part> batch, IReadOnlyList<Part> singles) => (_stage, _batch, _singles) = (stage, batch, singles);

    private IEnumerable<Part> All => _batch.Concat(_singles);

    /// <summary>Makes the tasks at the upstream.</summary>
    public static async Task<Cast> CreateAsync(DemoStage stage, CancellationToken stopping)
    {
        return new(stage, await CreateAllAsync(Scenario.Batch), await CreateAllAsync(Scenario.Singles));

        async Task<IReadOnlyList<Part>> CreateAllAsync(IEnumerable<Scene> scenes)
        {
            List<Part> parts = [];
            foreach (var scene in scenes) parts.Add(await CreateAsync(stage, scene, stopping));
            return parts;
        }
    }

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
        var webhooks = (await _stage.Receiver.ReceivedAsync(stopping)).ToLookup(webhook => webhook.Path, WebhookMark.Of);
        var tasks = await client.ListTasksAsync(null, stopping).ToDictionaryAsync(task => task.TaskId, null, stopping);
        return [.. All.Select(part => TaskRow.Of(tasks[part.TaskId], webhooks[part.Hook.AbsolutePath].LastOrDefault(), now))];
    }

    /// <summary>What came of them.</summary>
    public async Task<DemoResult> ResultAsync(IReadOnlyList<TaskRow> rows, TimeSpan took, CancellationToken stopping)
    {
        var hooks = All.Select(part => part.Hook.AbsolutePath).ToHashSet();
        var polls = new Dictionary<Part, IReadOnlyList<Poll>>();
        foreach (var part in All) polls[part] = await _stage.Upstream.PollsOfAsync(part.TaskId, stopping);
        return new()
        {
            Rows = rows,
            Endings = [.. All.Select(part => part.Scene.Task.Ending)],
            Webhooks = [.. (await _stage.Receiver.ReceivedAsync(stopping)).Where(webhook => hooks.Contains(webhook.Path)).Select(WebhookMark.Of)],
            Gaps = [.. polls.GroupBy(pair => pair.Key.Scene.Task.Tier, pair => pair.Value).OrderBy(tier => tier.Key).Select(Gap)],
            Violations = polls.Values.SelectMany(all => all).Where(poll => poll.Violations != Violation.None)
                .CountBy(poll => poll.Violations).ToDictionary(),
            Took = took,
        };
    }

    private static TierGap Gap(IGrouping<ServiceTier, IReadOnlyList<Poll>> tier) =>
        new(tier.Key, tier.SelectMany(polls => polls).Min(poll => poll.Gap), (tier.Key == ServiceTier.Flex ? Pace.FlexWindow : Pace.Window).Min);

    private static async Task<Part> CreateAsync(DemoStage stage, Scene scene, CancellationToken stopping)
    {
        var id = await stage.Upstream.CreateAsync(scene.Task, stopping);
        var hook = stage.Receiver.Hook(id);
        // Not 503: that would tell the bridge to slow down with the receiver's other webhooks, too.
        if (scene.IsAnsweredBadlyAtFirst) await stage.Receiver.AnswerAsync(hook, [500, 204], stopping);
        return new(scene, id, hook);
    }

    private sealed record Part(Scene Scene, string TaskId, Uri Hook)
    {
        public TaskRegistration Registration => Scene.Registration(TaskId, Hook);
    }
}
