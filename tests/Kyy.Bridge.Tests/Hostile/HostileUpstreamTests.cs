using Kyy.Bridge.Tests.Support;

namespace Kyy.Bridge.Tests.Hostile;

/// <summary>
/// Every misbehaviour that the contract lists against the service, over real sockets, and what the contract expects of it. Alone on the
/// machine, for a time-out that comes of a busy one would be taken for the upstream's.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class HostileUpstreamTests(HostileWorld world) : IClassFixture<HostileWorld>
{
    public static IEnumerable<TheoryDataRow<string>> Names =>
        Misbehaviours.All.Select(entry => new TheoryDataRow<string>($"{entry}") { TestDisplayName = $"{entry}" });

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Misbehaviour_ends_as_the_contract_expects(string misbehaviour)
    {
        var one = world.CaseOf(misbehaviour);

        await one.Remedied;
        await one.ShouldEndAsExpectedAsync();
        await one.ShouldHaveLeftTheKeyAloneAsExpectedAsync();
        await one.ShouldTellOfItsEndOnceAsync();
        await one.ShouldNotHaveDisturbedTheOthersAsync();
        one.ShouldHaveAskedCorrectly();
        await one.ShouldShowNoKeyAsync();
    }
}
