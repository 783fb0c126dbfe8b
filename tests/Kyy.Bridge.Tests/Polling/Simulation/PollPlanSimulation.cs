using System.Globalization;
using Kyy.Bridge.Polling;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Polling.Simulation;

/// <summary>
/// What <see cref="PollPlan"/> costs and saves, without jitter, beside always the shortest interval that may be planned, always the
/// longest, and the optimum. The poll at the registration is the same in all of them and finds no end: savings are of the polls that follow it,
/// about which a plan decides. The table has both counts.
/// </summary>
public sealed class PollPlanSimulation
{
    private const int Tasks = 50_000, Seed = 20_261_126;
    private const double LeastSaving = 0.25, LargestLoss = 1.03;

    private static readonly TimeSpan LatestRegistration = TimeSpan.FromSeconds(10);

    private static readonly Model[] Models =
    [
        Model.Of("Seedance 720p", "seedance15", "seedance_1_5_pro_720p"),
        Model.Of("Seedance 1080p", "seedance15", "seedance_1_5_pro_1080p"),
        Model.Of("VEO", "veo", "veo_3_1_fast"),
    ];

    [Fact]
    public void Registered_at_once_each_model_saves_a_quarter_of_the_polls_near_the_optimum()
    {
        Comparison[] compared = [.. Models.Select(model => Compare(model, [TimeSpan.Zero]))];

        Write("registered at once", compared);
        compared.ShouldAllBe(model => model.Saving >= LeastSaving && model.Loss <= LargestLoss);
        compared.ShouldAllBe(model => model.AboveOptimum <= LargestLoss);
    }

    [Fact]
    public void Registered_within_10_seconds_all_models_together_save_a_quarter_of_the_polls_near_the_optimum()
    {
        TimeSpan[] registrations =
            [.. Enumerable.Range(0, (int)(LatestRegistration / Optimum.Step) + 1).Select(step => Optimum.Step * step)];
        Comparison[] compared = [.. Models.Select(model => Compare(model, registrations))];

        Write("registered within 10 s", compared);
        var all = Comparison.Of(compared);
        all.Saving.ShouldBeGreaterThanOrEqualTo(LeastSaving);
        all.Loss.ShouldBeLessThanOrEqualTo(LargestLoss);
        compared.ShouldAllBe(model => model.Loss <= LargestLoss && model.AboveOptimum <= LargestLoss);
    }

    [Theory]
    [InlineData(45, 90, 30, 60)]
    [InlineData(90, 150, 30, 60)]
    [InlineData(129, 222, 30, 60)]
    [InlineData(201, 900, 30, 60)]
    [InlineData(600, 1_800, 60, 120)]
    public void Whatever_was_learned_it_stays_near_the_optimum(double from, double to, double windowMin, double windowMax)
    {
        var window = new PollWindow(TimeSpan.FromSeconds(windowMin), TimeSpan.FromSeconds(windowMax));
        var compared = Compare(new("learned", window, new("*", TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to))), [TimeSpan.Zero]);

        Write($"{from} to {to} s", [compared]);
        compared.AboveOptimum.ShouldBeLessThanOrEqualTo(LargestLoss);
        compared.Plan.Polls.ShouldBeLessThan(compared.AlwaysShortest.Polls);
    }

    private static Comparison Compare(Model model, IReadOnlyList<TimeSpan> registrations)
    {
        var (shortest, longest) = (PollPlan.Shortest(model.Window), PollPlan.Longest(model.Window));
        SimulatedTask[] tasks = NewTasks(model, registrations);
        var plan = Replay.Run(tasks, age => PollPlan.Next(model.Window, model.Estimate, age, 0));
        var optimum = new Optimum(shortest, longest, model.Estimate);
        var (least, price) = optimum.LeastDelay(plan.Polls, registrations);
        return new(
            model.Name,
            plan,
            Replay.Run(tasks, _ => shortest),
            Replay.Run(tasks, _ => longest),
            Replay.Run(tasks, optimum.PlanAt(price)),
            least);
    }

    // One duration from each of as many equal parts of the estimate, in any order: as even as they can be spread by chance.
    private static SimulatedTask[] NewTasks(Model model, IReadOnlyList<TimeSpan> registrations)
    {
        var (random, count) = (new Random(Seed + model.Name.Length), (Tasks + Models.Length - 1) / Models.Length);
        var (from, range) = (model.Estimate.Min, model.Estimate.Max - model.Estimate.Min);
        SimulatedTask[] tasks = [.. Enumerable.Range(0, count).Select(part => new SimulatedTask(
            from + range * ((part + random.NextDouble()) / count), registrations[random.Next(registrations.Count)]))];
        random.Shuffle(tasks);
        return tasks;
    }

    private static void Write(string title, IReadOnlyList<Comparison> compared)
    {
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"{title,-23} plan              polls  with first  mean delay     p95");
        foreach (var model in compared.Count > 1 ? [.. compared, Comparison.Of(compared)] : compared)
        {
            Line(model.Name, "PollPlan", model.Plan);
            Line("", "always shortest", model.AlwaysShortest);
            Line("", "always longest", model.AlwaysLongest);
            Line("", "optimum", model.Optimum);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{"",-23} saves {model.Saving:0.0%} of the polls ({model.SavingWithFirst:0.0%} with the first), "
                + $"delay {model.Loss - 1:+0.0%;-0.0%} of always shortest, "
                + $"{model.AboveOptimum - 1:+0.0%;-0.0%} of the optimum's {model.LeastDelay:0.00} s at the same polls"));
        }

        void Line(string name, string plan, ReplayResult result) => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-23} {plan,-16} {result.Polls,6:0.000} {result.PollsWithFirst,11:0.000} "
            + $"{result.MeanDelay,9:0.00} s {result.Delay95,6:0.00} s"));
    }

    private sealed record Model(string Name, PollWindow Window, Estimate Estimate)
    {
        public static Model Of(string name, string family, string model)
        {
            var documented = ModelCatalogue.Documented.Find(family)!;
            return new(name, documented.Window, documented.EstimateFor(model, flex: false)!);
        }
    }
}
