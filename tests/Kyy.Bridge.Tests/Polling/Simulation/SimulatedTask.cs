namespace Kyy.Bridge.Tests.Polling.Simulation;

/// <summary>A task of the simulation. Times are counted from its creation by the upstream.</summary>
/// <param name="Duration">How long its video takes.</param>
/// <param name="RegisteredAfter">When the bridge first hears of it.</param>
internal readonly record struct SimulatedTask(TimeSpan Duration, TimeSpan RegisteredAfter);
