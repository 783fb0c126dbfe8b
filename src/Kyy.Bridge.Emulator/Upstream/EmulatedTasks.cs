using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>The tasks of one emulated upstream.</summary>
internal sealed class EmulatedTasks(EmulatorOptions options, MonotonicClock clock)
{
    private readonly ConcurrentDictionary<string, EmulatedTask> _tasks = new(StringComparer.Ordinal);
    private readonly Lock _drawing = new();
    private readonly Random _random = new(options.Seed);

    public int Count => _tasks.Count;

    /// <summary>Creates a task as the upstream's create call would.</summary>
    /// <exception cref="ArgumentException">The id is taken, or the family knows no such ending or tier.</exception>
    public EmulatedTask Create(NewTask wanted)
    {
        Check(wanted);
        var script = ScriptOf(wanted);
        if (wanted.Id is { } id)
            return TryAdd(wanted, id, script, out var added) ? added : throw new ArgumentException($"There is a task '{id}' already.");
        // Ten random digits meet each other by chance among some 100,000 tasks.
        while (true)
        {
            if (TryAdd(wanted, wanted.Family.NewId(), script, out var task)) return task;
        }
    }

    /// <summary>A task whose record is still readable.</summary>
    public EmulatedTask? Find(string id, TimeSpan now) =>
        _tasks.TryGetValue(id, out var task) && now - task.Born < options.Scale(options.RecordLife) ? task : null;

    /// <summary>A task, its record being readable or not.</summary>
    public EmulatedTask? Get(string id) => _tasks.GetValueOrDefault(id);

    private static void Check(NewTask wanted)
    {
        if (wanted.Id is "") throw new ArgumentException("An id is not empty.");
        if (!wanted.Ending.IsEnd()) throw new ArgumentException($"'{wanted.Ending.Word()}' is not an ending.");
        if (wanted.Ending == EmulatedStatus.Cancelled && !wanted.Family.CanBeCancelled)
            throw new ArgumentException($"{wanted.Family} documents no cancelled tasks.");
        if (wanted.Tier == ServiceTier.Flex && !wanted.Family.HasFlex) throw new ArgumentException($"{wanted.Family} documents no flex tier.");
        if (wanted.Statuses is { Length: 0 }) throw new ArgumentException("At least one status is needed.");
    }

    private bool TryAdd(NewTask wanted, string id, TaskScript script, [NotNullWhen(true)] out EmulatedTask? task)
    {
        var created = wanted.CreatedAt ?? clock.UtcNow;
        var url = wanted.VideoUrl ?? $"https://cdn.example.test/{wanted.Family.Name}/{Uri.EscapeDataString(id)}.mp4";
        task = new(id, wanted.Family, wanted.Model ?? wanted.Family.Model, wanted.Tier, created, BirthOf(created), script, url);
        return _tasks.TryAdd(id, task);
    }

    private TimeSpan BirthOf(DateTimeOffset created) => clock.Now - (clock.UtcNow - created);

    private TaskScript ScriptOf(NewTask wanted)
    {
        if (wanted.Statuses is { } statuses) return new SteppedScript(statuses);
        var (queued, processing) = Draw(wanted.Family.DurationOf(wanted.Model ?? wanted.Family.Model));
        return new TimedScript(
            options.Scale(wanted.QueuedFor ?? queued), options.Scale(wanted.ProcessingFor ?? processing), wanted.Ending);
    }

    private (TimeSpan Queued, TimeSpan Processing) Draw(DurationRange range)
    {
        lock (_drawing)
        {
            var total = range.Draw(_random);
            var queued = total * (0.05 + (0.2 * _random.NextDouble()));
            return (queued, total - queued);
        }
    }
}
