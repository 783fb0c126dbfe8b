using Kyy.Bridge.Emulator.Upstream.Faults;

namespace Kyy.Bridge.Tests.Hostile;

public sealed class MisbehavioursTests
{
    [Fact]
    public void Every_number_is_there_and_no_two_have_one_name()
    {
        Misbehaviours.All.Select(entry => entry.Number).Distinct()
            .ShouldBe(Enumerable.Range(1, 40).Select(number => $"E{number}"), ignoreOrder: true);
        Misbehaviours.All.Select(entry => $"{entry}").ShouldBeUnique();
    }

    [Fact]
    public void Every_fault_of_the_emulator_is_among_them() => Misbehaviours.All
        .SelectMany(entry => entry.Rules).Select(rule => rule.Does.Word).Distinct()
        .ShouldBe(FaultWords.All, ignoreOrder: true);

    [Fact]
    public void Every_rule_can_be_done() =>
        Should.NotThrow(() => Misbehaviours.All.SelectMany(entry => entry.Rules).ToList().ForEach(rule => rule.Check()));
}
