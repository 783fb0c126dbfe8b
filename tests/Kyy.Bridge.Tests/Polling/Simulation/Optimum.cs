using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Polling.Simulation;

/// <summary>
/// The best that any plan can do whose intervals keep between two bounds, for durations that are spread evenly over an estimate: by
/// dynamic programming over the age, on a grid of 0.3 s, on which the documented bounds and estimates lie.
/// </summary>
/// <remarks>
/// A plan has two costs, delay and polls. A price of a poll, in seconds of delay, makes one of them (Lagrange): the least cost at an age is
/// the least over all next polls of what that one costs and what comes after it. Whatever the price, no plan with <c>n</c> polls has a
/// delay below the least cost less price times <c>n</c>, not even one that draws lots between several plans: the largest of these bounds
/// is what <see cref="LeastDelay"/> returns.
/// </remarks>
internal sealed class Optimum(TimeSpan shortest, TimeSpan longest, Estimate estimate)
{
    private const double Grid = 0.3, DearestPoll = 40;

    private readonly int _shortest = Steps(shortest), _longest = Steps(longest), _min = Steps(estimate.Min), _max = Steps(estimate.Max);

    /// <summary>The step of the grid, on which registrations have to lie.</summary>
    public static TimeSpan Step { get; } = TimeSpan.FromSeconds(Grid);

    /// <summary>The least mean delay, in seconds, with as many polls, and the price of a poll at which it is had.</summary>
    /// <param name="polls">Polls a task, without the one at the registration.</param>
    /// <param name="registrations">When tasks are registered, each as often as the others.</param>
    public (double Delay, double Price) LeastDelay(double polls, IReadOnlyList<TimeSpan> registrations)
    {
        // The bound is a concave function of the price.
        var (low, high) = (0.0, DearestPoll);
        for (var round = 0; round < 14; round++)
        {
            var (one, other) = (low + (high - low) / 3, high - (high - low) / 3);
            if (Bound(one) < Bound(other)) low = one;
            else high = other;
        }

        return (Bound((low + high) / 2), (low + high) / 2);

        double Bound(double price)
        {
            var cost = Solve(price).Cost;
            return registrations.Average(age => cost[Steps(age)]) - price * polls;
        }
    }

    /// <summary>The best plan at a price of a poll.</summary>
    public Func<TimeSpan, TimeSpan> PlanAt(double price)
    {
        var next = Solve(price).Next;
        return age => Step * (next[Steps(age)] - Steps(age));
    }

    // From the last age at which anything is left to find back to the creation.
    private (double[] Cost, int[] Next) Solve(double price)
    {
        var (cost, next) = (new double[_max + _longest], new int[_max]);
        for (var age = _max - 1; age >= 0; age--)
        {
            cost[age] = double.PositiveInfinity;
            for (var poll = age + _shortest; poll <= age + _longest; poll++)
            {
                var whole = Delay(age, poll) + cost[poll];
                if (whole < cost[age]) (cost[age], next[age]) = (whole, poll);
            }

            cost[age] += price * Math.Min(1, (double)(_max - age) / (_max - _min));
        }

        return (cost, next);
    }

    // What the videos that end between two polls wait for the second, over all videos.
    private double Delay(int from, int to)
    {
        var (first, last) = (Math.Clamp(from, _min, _max), Math.Clamp(to, _min, _max));
        return Grid * (last - first) * (to - (first + last) / 2.0) / (_max - _min);
    }

    private static int Steps(TimeSpan time) => (int)Math.Round(time.TotalSeconds / Grid);
}
