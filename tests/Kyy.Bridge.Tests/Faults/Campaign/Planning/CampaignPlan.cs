using System.Collections.Immutable;
using Kyy.Bridge.Replica.Kills;

namespace Kyy.Bridge.Tests.Faults.Campaign.Planning;

/// <summary>
/// What happens in a campaign: a pure function of its seed and length, so that a run can be repeated as far as processes allow.
/// </summary>
/// <remarks>
/// Deaths are planned as lives and not as moments: a named point is reached by work, and the next life begins when the process is back.
/// Six lives in a row, over all replicas, have each point once. Faults of the database have a part of the time each, so that no two
/// are on at once; the others fall where chance has them, upon each other and upon deaths.
/// </remarks>
internal sealed record CampaignPlan
{
    private const int TasksAMinute = 1_000, KillsAMinute = 10, OddTimesAMinute = 4, OddKinds = 1_000;

    private static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(3), LongestLife = TimeSpan.FromSeconds(15);

    // What the batch of an end takes on a server that is not idle.
    private static readonly TimeSpan LongestRecord = TimeSpan.FromMilliseconds(40);

    private static readonly TimeSpan Wrong = TimeSpan.FromMinutes(10), StepEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ScaledMinute = TimeSpan.FromSeconds(4), RealMinute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan UpstreamDownFor = TimeSpan.FromSeconds(3);

    private readonly Chance _chance;

    private CampaignPlan(int seed, int minutes, int? replicas)
    {
        (Seed, Minutes, _chance) = (seed, minutes, new(seed));
        Replicas = replicas ?? (minutes < 5 ? 2 : 3);
        Faults = [.. OfDatabase().Concat(OfReplicas()).Concat(OfUpstream()).OrderBy(fault => fault.At)];
    }

    public int Seed { get; }

    public int Minutes { get; }

    public int Replicas { get; }

    /// <summary>How long faults come in.</summary>
    public TimeSpan Length => TimeSpan.FromMinutes(Minutes);

    public int Tasks => TasksAMinute * Minutes;

    /// <summary>How many deaths there are at least, all points together.</summary>
    public int Kills => KillsAMinute * Minutes;

    /// <summary>How many of them at each point.</summary>
    public int KillsAtEach => Math.Max(1, Kills / (2 * Deaths.All.Count));

    /// <summary>In the order in which they begin.</summary>
    public ImmutableArray<PlannedFault> Faults { get; }

    /// <param name="seed">Of all that chance decides.</param>
    /// <param name="minutes">How long faults come in.</param>
    /// <param name="replicas">How many processes; null for as many as that length asks for.</param>
    public static CampaignPlan Of(int seed, int minutes, int? replicas = null) => new(seed, minutes, replicas);

    /// <summary>A replica's so manieth life, from 0.</summary>
    public Life LifeOf(int replica, int number)
    {
        var turn = (number * Replicas) + replica;
        var point = _chance.Shuffled(Deaths.All, "points", turn / Deaths.All.Count)[turn % Deaths.All.Count];
        var nth = 1 + _chance.Below(MostPasses(point), "nth", turn);
        var longest = point is null ? _chance.Between(ShortestLife, LongestLife, "life", turn) : LongestLife;
        var (ahead, step) = replica == 1 ? ClockOf(number) : (TimeSpan.Zero, null);
        var after = point == KillPoint.InRecordTransaction ? LongestRecord * _chance.Of("after", turn) : TimeSpan.Zero;
        return new(point, nth, after, longest, ahead, step);
    }

    public PlannedTask TaskOf(int number) => PlannedTask.Of(_chance, number);

    // What a named point is reached for the so manieth time at most: within some seconds, at the rate at which tasks come.
    private static int MostPasses(KillPoint? point) => point switch
    {
        null => 1,
        KillPoint.AfterClaim => 100,
        KillPoint.AfterGet => 400,
        KillPoint.InRecordTransaction or KillPoint.AfterCommit => 80,
        KillPoint.AfterPost => 120,
        _ => throw new ArgumentOutOfRangeException(nameof(point), point, null),
    };

    // Ahead, behind, and stepping, in turn.
    private static (TimeSpan Ahead, TimeSpan? StepEvery) ClockOf(int life) =>
        (life % 2 == 0 ? Wrong : -Wrong, life % 3 == 2 ? StepEvery : null);

    private IEnumerable<PlannedFault> OfDatabase()
    {
        List<Func<TimeSpan, int, PlannedFault>> kinds =
        [
            .. Enumerable.Repeat(Killed, Minutes), .. Enumerable.Repeat(Cut, Minutes),
            .. Enumerable.Repeat(Unreachable, Every(2)), .. Enumerable.Repeat(Exhausted, Every(4)),
        ];
        if (Minutes >= 10) kinds.Add((at, _) => new PlannedFault.DatabaseUnreachable(at, RealMinute));
        var order = _chance.Shuffled(kinds, "database", 0);
        var part = (Length - (Minutes >= 10 ? RealMinute : TimeSpan.Zero)) / order.Count;
        var begin = TimeSpan.Zero;
        for (var number = 0; number < order.Count; number++)
        {
            var fault = order[number](begin + (part * (0.1 + (0.4 * _chance.Of("when", number)))), number);
            yield return fault;
            begin += part + (fault.For > part ? RealMinute : TimeSpan.Zero);
            // While the database is there: how the upstream is asked when it is back is to be seen.
            if (number % 2 == 0) yield return new PlannedFault.UpstreamDown(begin - (part * 0.3), UpstreamDownFor);
        }

        PlannedFault Killed(TimeSpan at, int number) =>
            new PlannedFault.DatabaseKilled(at, _chance.Between(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(4), "down", number));

        PlannedFault Cut(TimeSpan at, int number) => new PlannedFault.ConnectionsCut(at);

        PlannedFault Unreachable(TimeSpan at, int number) => new PlannedFault.DatabaseUnreachable(at, ScaledMinute);

        PlannedFault Exhausted(TimeSpan at, int number) => new PlannedFault.ConnectionsExhausted(at, TimeSpan.FromSeconds(2));
    }

    private IEnumerable<PlannedFault> OfReplicas()
    {
        foreach (var (at, number) in Times("freeze", 2 * Minutes))
        {
            // Past its leases, and not long enough past them for others to have done all that it held.
            var length = _chance.Between(CampaignSettings.Lease, CampaignSettings.Lease * 2, "frozen-for", number);
            yield return new PlannedFault.ReplicaFrozen(at, length, number % Replicas);
        }

        foreach (var (at, _) in Times("rolling", Every(5))) yield return new PlannedFault.RollingRestart(at);
        foreach (var (at, _) in Times("rotation", Every(10))) yield return new PlannedFault.KeysRotated(at);
    }

    private IEnumerable<PlannedFault> OfUpstream()
    {
        var (least, most) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6));
        foreach (var (at, number) in Times("odd", OddTimesAMinute * Minutes))
        {
            yield return new PlannedFault.UpstreamOdd(
                at, _chance.Between(least, most, "odd-for", number), _chance.Below(OddKinds, "odd-kind", number),
                0.05 + (0.45 * _chance.Of("odd-share", number)));
        }
    }

    private int Every(int minutes) => (Minutes + minutes - 1) / minutes;

    // One in each part of the time, at a moment of chance within it.
    private IEnumerable<(TimeSpan At, int Number)> Times(string what, int count) =>
        Enumerable.Range(0, count).Select(number => (Length * ((number + 0.1 + (0.7 * _chance.Of(what, number))) / count), number));
}
