using Kyy.Bridge.Polling.Estimates;

namespace Kyy.Bridge.Tests.Polling.Estimates;

public sealed class DurationHistogramTests
{
    [Theory]
    [InlineData(101.8, 152.7)]
    [InlineData(0, 0.5)] // Within the first bucket.
    [InlineData(0, 200_000)] // All of them, and beyond the last.
    [InlineData(170_000, 180_000)]
    [InlineData(200_000, 300_000)]
    [InlineData(60, 60)]
    [InlineData(172_800, 172_800)]
    public void An_observation_weighs_1_wherever_it_lies(double from, double to)
    {
        var parts = Spread(from, to);

        parts.Sum(part => part.Weight).ShouldBe(1, 1e-9);
        parts.ShouldAllBe(part => part.Weight > 0 && part.Bucket >= 0 && part.Bucket < DurationHistogram.Buckets);
        parts.Select(part => part.Bucket).ShouldBeUnique();
    }

    [Fact]
    public void Half_of_an_interval_weighs_half()
    {
        double[] halves = new double[DurationHistogram.Buckets], wholes = new double[DurationHistogram.Buckets];
        for (var i = 0; i < 50; i++)
        {
            Add(wholes, 100, 200);
            Add(halves, 100, 150);
            Add(halves, 150, 200);
        }

        for (var i = 0; i < wholes.Length; i++) halves[i].ShouldBe(wholes[i] * 2, 30, $"bucket {i}");
        var (one, other) = (DurationHistogram.Range(wholes, 50)!.Value, DurationHistogram.Range(halves, 100)!.Value);
        other.Min.ShouldBe(one.Min, TimeSpan.FromSeconds(2));
        other.Max.ShouldBe(one.Max, TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData(120, 300)]
    [InlineData(180, 480)]
    [InlineData(4, 6)] // Scaled tests have videos of seconds.
    [InlineData(3_600, 36_000)]
    public void The_range_is_from_the_5th_to_the_95th_percentile(double from, double to)
    {
        const int Count = 1_000;
        var buckets = new double[DurationHistogram.Buckets];
        for (var i = 0; i < Count; i++)
        {
            var duration = from + (to - from) * (i + 0.5) / Count;
            Add(buckets, duration, duration);
        }

        var (min, max) = DurationHistogram.Range(buckets, Count)!.Value;

        // A bucket is a fifth wide, and interpolated: the error is a part of it.
        var (early, late) = (from + (to - from) * 0.05, from + (to - from) * 0.95);
        min.TotalSeconds.ShouldBe(early, early * 0.1);
        max.TotalSeconds.ShouldBe(late, late * 0.1);
    }

    [Fact]
    public void Fewer_than_50_observations_are_no_range()
    {
        var buckets = new double[DurationHistogram.Buckets];
        for (var i = 0; i < 50; i++) Add(buckets, 100, 200);

        DurationHistogram.Range(buckets, 49).ShouldBeNull();
        DurationHistogram.Range(buckets, 50).ShouldNotBeNull();
    }

    [Fact]
    public void Buckets_that_are_not_of_this_version_are_no_range()
    {
        DurationHistogram.Range([1, 2, 3], 100).ShouldBeNull();
        DurationHistogram.Range([], 100).ShouldBeNull();
        DurationHistogram.Range(new double[DurationHistogram.Buckets], 100).ShouldBeNull();
        DurationHistogram.Range([.. Enumerable.Repeat(double.NaN, DurationHistogram.Buckets)], 100).ShouldBeNull();
    }

    private static (int Bucket, double Weight)[] Spread(double from, double to) =>
        [.. DurationHistogram.Spread(TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to))];

    private static void Add(double[] buckets, double from, double to)
    {
        foreach (var (bucket, weight) in Spread(from, to)) buckets[bucket] += weight;
    }
}
