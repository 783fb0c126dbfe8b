using System.Collections.Concurrent;
using Kyy.Bridge.Benchmarks.Load;

namespace Kyy.Bridge.Benchmarks.Registration;

/// <summary>Sends registrations of each kind, and keeps what was measured.</summary>
internal sealed class RegistrationRun(RegistrationStage stage, CancellationToken stopping) : IDisposable
{
    private readonly Bodies _callback = new(withCallback: true), _endpoint = new(withCallback: false);
    private readonly List<Stretch> _stretches = [];
    private readonly Dictionary<string, Sender> _singles = new()
    {
        [Stretch.Bare] = new(stage.Bare, ""),
        [Stretch.Callback] = new(new(stage.Bridge, "/v1/tasks"), stage.Keys.Callback),
        [Stretch.Endpoint] = new(new(stage.Bridge, "/v1/tasks"), stage.Keys.Endpoint),
    };

    private readonly Dictionary<string, Sender> _batches = new()
    {
        [Stretch.Callback] = new(new(stage.Bridge, "/v1/tasks/batch"), stage.Keys.Callback),
        [Stretch.Endpoint] = new(new(stage.Bridge, "/v1/tasks/batch"), stage.Keys.Endpoint),
    };

    public IReadOnlyList<Stretch> Stretches => _stretches;

    /// <summary>Leaves the warm-up out, and says how many tasks of the bridge's were in it.</summary>
    public int Forget()
    {
        var tasks = _stretches.Where(stretch => stretch.What != Stretch.Bare).Sum(stretch => stretch.Tasks);
        _stretches.Clear();
        return tasks;
    }

    /// <summary>One by one, for a while.</summary>
    public Task SinglesAsync(string what, int connections, TimeSpan duration)
    {
        var bodies = BodiesOf(what);
        var started = TimeProvider.System.GetTimestamp();
        return MeasureAsync(
            what, 1, connections, _singles[what], () => TimeProvider.System.GetElapsedTime(started) < duration ? bodies.Single() : null);
    }

    /// <summary>A number of batches, made beforehand.</summary>
    public Task BatchesAsync(string what, int size, int atOnce, int count)
    {
        var bodies = BodiesOf(what);
        var made = new ConcurrentQueue<byte[]>(Enumerable.Range(0, count).Select(_ => bodies.Batch(size)));
        return MeasureAsync(what, size, atOnce, _batches[what], () => made.TryDequeue(out var body) ? body : null);
    }

    public void Dispose()
    {
        foreach (var sender in _singles.Values.Concat(_batches.Values)) sender.Dispose();
    }

    private Bodies BodiesOf(string what) => what == Stretch.Endpoint ? _endpoint : _callback;

    private async Task MeasureAsync(string what, int size, int atOnce, Sender sender, Func<byte[]?> next)
    {
        var (before, ownBefore) = (stage.Processors(what == Stretch.Bare), ProcessTimes.Of(Environment.ProcessId).TotalSeconds);
        var (taken, refused, took) = await sender.RunAsync(next, atOnce, stopping);
        var (after, ownAfter) = (stage.Processors(what == Stretch.Bare), ProcessTimes.Of(Environment.ProcessId).TotalSeconds);
        _stretches.Add(new(
            what, size, atOnce, taken * size, refused, took, after.Server - before.Server, after.Postgres - before.Postgres, ownAfter - ownBefore));
    }
}
