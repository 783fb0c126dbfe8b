using Kyy.Bridge.Replica.Kills;

namespace Kyy.Bridge.Tests.Faults.Campaign.Planning;

/// <summary>One life of a replica, from its start to its death.</summary>
/// <param name="Point">Where it dies; null for wherever it happens to be.</param>
/// <param name="Nth">When it comes there for the so manieth time.</param>
/// <param name="After">How long after that: some points are passed within milliseconds, and any instant in between is meant.</param>
/// <param name="Longest">From being ready: how long it is at any instant, and when it is killed all the same at a named point.</param>
/// <param name="Ahead">By how much its wall clock is ahead.</param>
/// <param name="StepEvery">How often its wall clock steps by that much and back; null where it does not.</param>
internal sealed record Life(KillPoint? Point, int Nth, TimeSpan After, TimeSpan Longest, TimeSpan Ahead, TimeSpan? StepEvery)
{
    public bool HasWrongClock => Ahead != TimeSpan.Zero;
}
