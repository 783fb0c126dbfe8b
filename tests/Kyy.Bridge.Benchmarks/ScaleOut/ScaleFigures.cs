using Kyy.Bridge.Benchmarks.Load;

namespace Kyy.Bridge.Benchmarks.ScaleOut;

/// <summary>What so many replicas did together.</summary>
/// <param name="Replicas">How many.</param>
/// <param name="Load">What the load came to, with the cost of all of them.</param>
/// <param name="LeastShare">Of the replicas' processors' time, what the least busy one used of an equal part.</param>
internal sealed record ScaleFigures(int Replicas, LoadFigures Load, double LeastShare)
{
    /// <param name="load">As seen by the first replica.</param>
    /// <param name="others">What each of the others used meanwhile.</param>
    public static ScaleFigures Of(LoadFigures load, IReadOnlyList<TimeSpan> others)
    {
        TimeSpan[] all = [load.Cost.Own, .. others];
        var sum = all.Aggregate((one, other) => one + other);
        return new(all.Length, load with { Cost = load.Cost with { Own = sum } }, all.Min() / (sum / all.Length));
    }
}
