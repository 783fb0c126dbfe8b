namespace Kyy.Bridge.Benchmarks;

/// <summary>
/// Durations in milliseconds and what is read from them: percentiles by the nearest rank, never between two that were measured.
/// </summary>
internal sealed class Latencies(IEnumerable<TimeSpan> measured)
{
    private readonly double[] _sorted = [.. measured.Select(one => one.TotalMilliseconds).Order()];

    public int Count => _sorted.Length;

    /// <summary>Null where nothing was measured.</summary>
    public double? Percentile(double percent) =>
        _sorted is [] ? null : _sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * Count) - 1, 0, Count - 1)];
}
