using Kyy.Bridge.Polling;
using Kyy.Bridge.Polling.Estimates;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Polling.Simulation;

/// <summary>The plan learns from polls that it has planned itself: that must lead to the videos' durations, wherever it starts.</summary>
public sealed class LearningSimulation
{
    private const int Rounds = 30, TasksOfARound = 500;

    private static readonly PollWindow Window = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));

    [Theory]
    [InlineData(120, 300, null, null, 25)] // Nothing is documented.
    [InlineData(120, 300, 120.0, 300.0, 25)]
    [InlineData(60, 90, 120.0, 300.0, 15)] // The upstream is quicker than its document.
    [InlineData(600, 900, 120.0, 300.0, 25)] // And slower.
    [InlineData(200, 210, 120.0, 300.0, 60)] // What lies within one interval between polls cannot be told apart.
    public void What_is_learned_is_the_durations_and_not_the_cadence(
        double from, double to, double? documentedMin, double? documentedMax, double within)
    {
        var random = new Random(7);
        var (buckets, observed) = (new double[DurationHistogram.Buckets], 0L);
        Estimate? documented = documentedMin is { } one && documentedMax is { } other
            ? new("*", TimeSpan.FromSeconds(one), TimeSpan.FromSeconds(other)) : null;
        Estimate? Known() => DurationHistogram.Range(buckets, observed) is var (min, max) ? new("*", min, max) : documented;

        for (var round = 0; round < Rounds; round++)
        {
            var estimate = Known();
            for (var i = 0; i < TasksOfARound; i++, observed++)
            {
                var duration = TimeSpan.FromSeconds(from + (to - from) * random.NextDouble());
                var (before, age) = Found(duration, TimeSpan.FromSeconds(random.NextDouble() * 5), estimate, random.NextDouble());
                foreach (var (bucket, weight) in DurationHistogram.Spread(before, age)) buckets[bucket] += weight;
            }
        }

        var learned = Known()!;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{from} to {to} s: learned {learned.Min.TotalSeconds:0} to {learned.Max.TotalSeconds:0} s");
        learned.Min.ShouldBe(TimeSpan.FromSeconds(from + (to - from) * 0.05), TimeSpan.FromSeconds(within));
        learned.Max.ShouldBe(TimeSpan.FromSeconds(from + (to - from) * 0.95), TimeSpan.FromSeconds(within));
    }

    private static (TimeSpan Before, TimeSpan Age) Found(TimeSpan duration, TimeSpan registered, Estimate? estimate, double jitter)
    {
        var (before, age) = (registered, registered);
        while (age < duration) (before, age) = (age, age + PollPlan.Next(Window, estimate, age, jitter));
        return (before, age);
    }
}
