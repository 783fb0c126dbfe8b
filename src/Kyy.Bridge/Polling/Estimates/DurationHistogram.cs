namespace Kyy.Bridge.Polling.Estimates;

/// <summary>
/// A histogram of durations with fixed bounds: 64 buckets whose upper bounds lie evenly on a logarithmic scale from 1 s to 48 h, the
/// longest deadline of any family, each a fifth above the one before. The first begins at zero; what takes longer than 48 h is in the last.
/// </summary>
/// <remarks>
/// An observation is an interval, as a poll only tells that a video ended since the one before. Its weight of 1 is spread evenly over that
/// interval: put at either end, the plan's own cadence would become the estimate.
/// </remarks>
internal static class DurationHistogram
{
    public const int Buckets = 64;

    /// <summary>Fewer observations than this are no estimate.</summary>
    public const long Enough = 50;

    /// <summary>With so many all of them are halved, so that a change of the upstream is learned while the old ones fade.</summary>
    public const long Full = 10_000;

    private const double Early = 0.05, Late = 0.95;

    private static readonly double Longest = TimeSpan.FromHours(48).TotalSeconds;

    // Bucket i is from Bounds[i] to Bounds[i + 1], in seconds.
    private static readonly double[] Bounds = [0, .. Enumerable.Range(1, Buckets).Select(i => Math.Pow(Longest, i / (double)Buckets))];

    /// <summary>Where an observation belongs: the weights add up to 1.</summary>
    public static IEnumerable<(int Bucket, double Weight)> Spread(TimeSpan from, TimeSpan to)
    {
        var (low, high) = (Seconds(from), Seconds(to));
        if (high <= low)
        {
            yield return (BucketOf(high), 1);
            yield break;
        }

        for (var i = BucketOf(low); i < Buckets && Bounds[i] < high; i++)
            yield return (i, (Math.Min(high, Bounds[i + 1]) - Math.Max(low, Bounds[i])) / (high - low));
    }

    /// <summary>
    /// The range that nine of ten videos keep: from the 5th to the 95th percentile. Null while there are too few observations, or where
    /// the buckets are not this version's.
    /// </summary>
    public static (TimeSpan Min, TimeSpan Max)? Range(IReadOnlyList<double> buckets, long observed) =>
        observed < Enough || buckets.Count != Buckets || buckets.Sum() is not (> 0 and < double.PositiveInfinity)
            ? null
            : (Percentile(buckets, Early), Percentile(buckets, Late));

    private static TimeSpan Percentile(IReadOnlyList<double> buckets, double share)
    {
        var left = buckets.Sum() * share;
        for (var i = 0; i < Buckets; i++)
        {
            if (left <= buckets[i] && buckets[i] > 0)
                return TimeSpan.FromSeconds(Bounds[i] + (Bounds[i + 1] - Bounds[i]) * (left / buckets[i]));
            left -= buckets[i];
        }

        return TimeSpan.FromSeconds(Longest);
    }

    private static double Seconds(TimeSpan duration) => Math.Clamp(duration.TotalSeconds, 0, Longest);

    private static int BucketOf(double seconds)
    {
        var found = Array.BinarySearch(Bounds, seconds);
        return Math.Min(found >= 0 ? found : ~found - 1, Buckets - 1);
    }
}
