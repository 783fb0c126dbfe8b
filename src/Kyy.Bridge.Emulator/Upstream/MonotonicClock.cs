namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>Time since the emulator was started. Ages and gaps are counted by it, so that a wall clock set anew fakes no violation.</summary>
internal sealed class MonotonicClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public TimeSpan Now => time.GetElapsedTime(_start);

    public TimeProvider Time => time;

    public DateTimeOffset UtcNow => time.GetUtcNow();
}
