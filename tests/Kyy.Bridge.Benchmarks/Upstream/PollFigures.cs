namespace Kyy.Bridge.Benchmarks.Upstream;

/// <summary>What polls came to.</summary>
/// <param name="Polls">How many there were.</param>
/// <param name="Elapsed">How long they took together.</param>
/// <param name="Cost">Processors' time of the asking process.</param>
/// <param name="Allocated">Bytes that it allocated.</param>
internal sealed record PollFigures(int Polls, TimeSpan Elapsed, TimeSpan Cost, long Allocated)
{
    public double PerSecond => Polls / Elapsed.TotalSeconds;

    public double MicrosecondsEach => Cost.TotalMicroseconds / Polls;

    public double BytesEach => (double)Allocated / Polls;

    public static PollFigures Sum(IEnumerable<PollFigures> many) => many.Aggregate(
        (all, one) => new(all.Polls + one.Polls, all.Elapsed + one.Elapsed, all.Cost + one.Cost, all.Allocated + one.Allocated));
}
