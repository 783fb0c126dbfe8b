namespace Kyy.Bridge.Tests.Polling.Simulation;

/// <summary>A plan beside three others, for the same tasks.</summary>
/// <param name="Name">Which tasks.</param>
/// <param name="Plan">The plan.</param>
/// <param name="AlwaysShortest">Always the shortest interval that may be planned.</param>
/// <param name="AlwaysLongest">Always the longest one.</param>
/// <param name="Optimum">The best plan at the price of a poll at which the plan's number of polls is bought.</param>
/// <param name="LeastDelay">What no plan with the plan's number of polls undercuts, in seconds.</param>
internal sealed record Comparison(
    string Name, ReplayResult Plan, ReplayResult AlwaysShortest, ReplayResult AlwaysLongest, ReplayResult Optimum, double LeastDelay)
{
    /// <summary>The share of the polls of always shortest that the plan does not need.</summary>
    public double Saving => 1 - Plan.Polls / AlwaysShortest.Polls;

    public double SavingWithFirst => 1 - Plan.PollsWithFirst / AlwaysShortest.PollsWithFirst;

    /// <summary>The plan's mean delay over that of always shortest.</summary>
    public double Loss => Plan.MeanDelay / AlwaysShortest.MeanDelay;

    /// <summary>The plan's mean delay over the least one with as many polls.</summary>
    public double AboveOptimum => Plan.MeanDelay / LeastDelay;

    /// <summary>Several models together, each with as many tasks.</summary>
    public static Comparison Of(IReadOnlyList<Comparison> models) => new(
        "all together",
        Mean(models, model => model.Plan),
        Mean(models, model => model.AlwaysShortest),
        Mean(models, model => model.AlwaysLongest),
        Mean(models, model => model.Optimum),
        models.Average(model => model.LeastDelay));

    private static ReplayResult Mean(IReadOnlyList<Comparison> models, Func<Comparison, ReplayResult> result) => new(
        models.Average(model => result(model).PollsWithFirst),
        models.Average(model => result(model).MeanDelay),
        models.Average(model => result(model).Delay95));
}
