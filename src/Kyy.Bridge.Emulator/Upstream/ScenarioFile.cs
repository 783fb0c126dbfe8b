using System.Collections.Immutable;
using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Kyy.Bridge.Emulator.Upstream.Limits;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>What happens at an upstream, written down: its tasks, what goes wrong, and what is refused. Strict JSON.</summary>
internal sealed record ScenarioFile
{
    /// <summary>For people.</summary>
    public string? Description { get; init; }

    public ImmutableArray<ScenarioTasks> Tasks { get; init; } = [];

    public ImmutableArray<FaultRule> Faults { get; init; } = [];

    /// <summary>Default: those of the options.</summary>
    public LimitOptions? Limits { get; init; }

    /// <exception cref="ArgumentException">It is not of that form; the message names the place.</exception>
    public static ScenarioFile Parse(ReadOnlySpan<byte> json)
    {
        var scenario = StrictJson.Read<ScenarioFile>(json);
        foreach (var rule in scenario.Faults) rule.Check();
        foreach (var tasks in scenario.Tasks) tasks.Check();
        scenario.Limits?.Checked();
        return scenario;
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ArgumentException">It cannot be read, or is not of that form; the message names the file.</exception>
    public static ScenarioFile Load(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ArgumentException($"{path}: {wrong.Message}", wrong);
        }
    }
}

/// <summary>So many tasks alike.</summary>
internal sealed record ScenarioTasks
{
    public int Count { get; init; } = 1;

    public required NewTask Task { get; init; }

    public void Check()
    {
        if (Count < 1) throw new ArgumentException("'count' is at least 1.");
        if (Count > 1 && Task.Id is not null) throw new ArgumentException("An id is one task's: 'count' is 1 where there is an 'id'.");
    }
}
