using System.Collections.Immutable;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>What a task answers, as a function of nothing but its age and of how often it was asked.</summary>
internal abstract record TaskScript
{
    /// <param name="age">Since the task was created.</param>
    /// <param name="poll">Which poll this is, from 1; one without the right key does not count.</param>
    public abstract EmulatedStatus StatusAt(TimeSpan age, int poll);
}

/// <summary>Queued, then processing, then ended, by age: what the upstream does.</summary>
internal sealed record TimedScript(TimeSpan QueuedFor, TimeSpan ProcessingFor, EmulatedStatus Ending) : TaskScript
{
    public override EmulatedStatus StatusAt(TimeSpan age, int poll) =>
        age < QueuedFor ? EmulatedStatus.Queued
        : age < QueuedFor + ProcessingFor ? EmulatedStatus.Processing
        : Ending;
}

/// <summary>One status per poll, the last for ever: for tests in which it is the number of polls that matters.</summary>
internal sealed record SteppedScript(ImmutableArray<EmulatedStatus> Statuses) : TaskScript
{
    public override EmulatedStatus StatusAt(TimeSpan age, int poll) => Statuses[Math.Clamp(poll, 1, Statuses.Length) - 1];
}
