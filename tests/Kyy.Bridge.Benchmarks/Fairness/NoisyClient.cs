using System.Collections.Concurrent;
using Kyy.Bridge.Benchmarks.Stages;
using Kyy.Bridge.Client;

namespace Kyy.Bridge.Benchmarks.Fairness;

/// <summary>A client whose tasks all end at once, to receivers that are not well.</summary>
internal sealed class NoisyClient(Stage stage, BridgeClient client)
{
    private readonly ConcurrentBag<string> _tasks = [];

    public static async Task<NoisyClient> CreateAsync(Stage stage, string name, CancellationToken stopping) =>
        new(stage, await stage.NewClientAsync(name, stopping));

    public async Task FloodAsync(Hook hook, int tasks, CancellationToken stopping)
    {
        var wanted = Enumerable.Range(0, tasks).Select(_ => stage.NewTask(hook.Url)).ToList();
        foreach (var result in (await client.RegisterBatchAsync(wanted, cancellationToken: stopping)).Results)
            _tasks.Add(result.Id ?? throw new InvalidOperationException($"A task was refused: {result.Problem?.Detail}"));
    }

    /// <summary>Cancels what is still to be delivered.</summary>
    public Task StopAsync(CancellationToken stopping) => client.StopManyAsync([.. _tasks], cancellationToken: stopping);
}
