namespace Kyy.Bridge.Replica.Clocks;

/// <summary>A wall clock that is off, or steps from one side to the other. What is measured by it, and its timers, are true.</summary>
/// <param name="off">How far the wall clock is ahead.</param>
/// <param name="stepEvery">After how long it steps to as far behind, and back again; null for never.</param>
internal sealed class WrongClock(TimeSpan off, TimeSpan? stepEvery) : TimeProvider
{
    private readonly long _start = System.GetTimestamp();

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + (IsOnTheOtherSide ? -off : off);

    private bool IsOnTheOtherSide => stepEvery is { } every && (long)(GetElapsedTime(_start) / every) % 2 == 1;
}
