namespace Kyy.Bridge.Tests.Faults.Campaign.Planning;

public sealed class CampaignPlanTests
{
    // As many as a run of twenty minutes is long enough for.
    private const int LivesEach = 70;

    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void Of_SameSeed_SamePlan()
    {
        Words(CampaignPlan.Of(7, 20)).ShouldBe(Words(CampaignPlan.Of(7, 20)));
        Words(CampaignPlan.Of(7, 20)).ShouldNotBe(Words(CampaignPlan.Of(8, 20)));
    }

    [Fact]
    public void Of_TwentyMinutes_HasWhatIsPromised()
    {
        var plan = CampaignPlan.Of(1, 20);

        plan.Tasks.ShouldBe(20_000);
        plan.Kills.ShouldBeGreaterThanOrEqualTo(200);
        plan.Faults.OfType<PlannedFault.DatabaseKilled>().Count().ShouldBe(20);
        plan.Faults.OfType<PlannedFault.DatabaseUnreachable>().ShouldContain(fault => fault.For == TimeSpan.FromMinutes(1));
        plan.Faults.OfType<PlannedFault.KeysRotated>().ShouldNotBeEmpty();
        plan.Faults.OfType<PlannedFault.RollingRestart>().Count().ShouldBe(4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    public void Of_AnyLength_HasEachKindOfFault(int minutes)
    {
        var kinds = CampaignPlan.Of(1, minutes).Faults.Select(fault => fault.GetType()).ToHashSet();

        kinds.ShouldBe(typeof(PlannedFault).GetNestedTypes(System.Reflection.BindingFlags.NonPublic), ignoreOrder: true);
    }

    [Fact]
    public void LifeOf_SixInARow_HaveEachPointOnce()
    {
        var plan = CampaignPlan.Of(3, 1);

        var lives = Enumerable.Range(0, Deaths.All.Count / plan.Replicas)
            .SelectMany(life => Enumerable.Range(0, plan.Replicas).Select(replica => plan.LifeOf(replica, life).Point));

        lives.ShouldBe(Deaths.All, ignoreOrder: true);
    }

    [Fact]
    public void LifeOf_AllOfARun_AreEnoughAtEachPointWithClocksOnBothSides()
    {
        var plan = CampaignPlan.Of(1, 20);

        Life[] lives =
        [
            .. Enumerable.Range(0, plan.Replicas)
                .SelectMany(replica => Enumerable.Range(0, LivesEach).Select(life => plan.LifeOf(replica, life))),
        ];

        foreach (var point in Deaths.All) lives.Count(life => life.Point == point).ShouldBeGreaterThanOrEqualTo(plan.KillsAtEach);
        lives.ShouldContain(life => life.Ahead == TimeSpan.FromMinutes(10) && life.StepEvery == null);
        lives.ShouldContain(life => life.Ahead == TimeSpan.FromMinutes(-10));
        lives.ShouldContain(life => life.StepEvery != null);
        lives.ShouldContain(life => !life.HasWrongClock);
    }

    [Fact]
    public void Of_ManySeeds_TakesTheDatabaseAwayOnceAtATimeAndWithinTheLength()
    {
        foreach (var seed in Enumerable.Range(1, 50))
        {
            var plan = CampaignPlan.Of(seed, 20);
            PlannedFault[] away = [.. plan.Faults.Where(fault => fault.IsOfDatabase)];
            away.Zip(away.Skip(1)).ShouldAllBe(pair => pair.Second.At > pair.First.Until + Grain, $"seed {seed}");
            plan.Faults.ShouldAllBe(fault => fault.At >= TimeSpan.Zero && fault.At <= plan.Length, $"seed {seed}");
        }
    }

    [Fact]
    public void TaskOf_AThousand_HaveEveryEndAndEveryReceiver()
    {
        var plan = CampaignPlan.Of(1, 1);

        PlannedTask[] tasks = [.. Enumerable.Range(0, plan.Tasks).Select(plan.TaskOf)];

        tasks.Select(task => task.Id).Distinct().Count().ShouldBe(plan.Tasks);
        tasks.Select(task => task.Status).Distinct().Count().ShouldBe(7);
        tasks.Select(task => task.Hook).Distinct().ShouldBe(Enum.GetValues<Hook>(), ignoreOrder: true);
    }

    private static string Words(CampaignPlan plan) => string.Join('\n',
    [
        .. plan.Faults.Select(fault => $"{fault}"),
        .. Enumerable.Range(0, LivesEach).Select(life => $"{plan.LifeOf(life % plan.Replicas, life)} {plan.TaskOf(life)}"),
    ]);
}
