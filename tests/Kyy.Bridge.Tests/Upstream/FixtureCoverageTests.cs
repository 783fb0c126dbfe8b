using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Upstream;

public class FixtureCoverageTests
{
    [Fact]
    public void Manifest_ListsExactlyTheFixturesThatExist() =>
        UpstreamFixtures.Manifest.Keys.ShouldBe(UpstreamFixtures.Names, ignoreOrder: true);

    [Fact]
    public void Fixture_OfEveryName_BelongsToAFamilyThatIsTested()
    {
        var tested = typeof(ModelFamilyConformance).GetNestedTypes().Select(type => type.Name).ToArray();
        var families = UpstreamFixtures.Names.Select(name => name.Split('.')[0]).Distinct().ToArray();

        families.ShouldBe(tested.Select(name => name.Replace("Family", "").ToLowerInvariant()), ignoreOrder: true);
        families.Append(DefaultFamily.Id).ShouldBe(ModelCatalogue.Documented.Families.Select(family => family.Id), ignoreOrder: true);
    }
}
