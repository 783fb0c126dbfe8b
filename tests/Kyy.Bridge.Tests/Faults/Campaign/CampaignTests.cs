using System.Globalization;
using Kyy.Bridge.Tests.Faults.Campaign.Judging;
using Kyy.Bridge.Tests.Faults.Campaign.Planning;
using Kyy.Bridge.Tests.Faults.Campaign.Running;
using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Faults.Campaign;

/// <summary>
/// Everything goes wrong that may go wrong in a month, in a minute: nothing is lost, nothing ends wrongly, nothing has two ids, nobody is
/// asked too early. By <c>deploy/dev soak --only faults --minutes 20 --seed 1</c> for longer, and with another order of faults.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
[Trait(Soak.Trait, "faults")]
public sealed class CampaignTests
{
    [Fact]
    public async Task Nothing_is_lost_whatever_dies()
    {
        var plan = CampaignPlan.Of(Number("KYY_SOAK_SEED") ?? 1, Number("KYY_SOAK_MINUTES") ?? Soak.Of(1, 20), Number("KYY_SOAK_REPLICAS"));
        Soak.Say($"A campaign of {plan.Minutes} min, seed {plan.Seed}: {plan.Tasks} tasks, {plan.Replicas} replicas, "
            + $"at least {plan.Kills} deaths …");

        var evidence = await new CampaignRun(plan, Soak.Say).RunAsync(TestContext.Current.CancellationToken);

        var verdict = Verdict.Of(plan, evidence);
        foreach (var line in VerdictTable.Of(verdict)) Soak.Say(line);
        foreach (var line in Stories.Of(verdict, evidence)) Soak.Say(line);
        Soak.Say($"The same again: deploy/dev soak --only faults --minutes {plan.Minutes} --seed {plan.Seed} --replicas {plan.Replicas}");
        verdict.Findings.ShouldBeEmpty();
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
