using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Upstream.Catalogue;

public class ModelCatalogueTests
{
    private static readonly ModelCatalogue _documented = ModelCatalogue.Documented;

    [Theory]
    [InlineData("starvideos_v3", "starvideos")]
    [InlineData("videos", "videos")]
    [InlineData("seedance_1_5_pro_720p", "seedance15")]
    [InlineData("SEEDANCE_1_5_PRO_1080P", "seedance15")]
    [InlineData("veo_3_1_fast", "veo")]
    [InlineData("sd2_manxue_1080p", "sd2manxue")]
    [InlineData("sd2_manxue_video_720p", "sd2manxue")]
    [InlineData("seedance_2_0", "default")]
    [InlineData("my_videos", "default")]
    [InlineData("sora", "default")]
    [InlineData("", "default")]
    public void ForModel_ModelOfTheUpstream_FindsItsFamily(string model, string family) =>
        _documented.ForModel(model).Id.ShouldBe(family);

    [Fact]
    public void ForModel_DefaultFamilyListedFirst_StillComesLast() =>
        new ModelCatalogue([DefaultFamily.Family, Veo.Family]).ForModel("veo_3").ShouldBe(Veo.Family);

    [Fact]
    public void ForModel_PatternsOfTwoFamiliesMatch_TakesTheFirstFamily()
    {
        var wide = Videos.Family with { Models = ["nothing", "*v*"] };

        new ModelCatalogue([Veo.Family, wide, DefaultFamily.Family]).ForModel("veo_3").ShouldBe(Veo.Family);
        new ModelCatalogue([wide, Veo.Family, DefaultFamily.Family]).ForModel("veo_3").ShouldBe(wide);
    }

    [Theory]
    [InlineData("veo")]
    [InlineData("default")]
    public void Find_KnownId_ReturnsTheFamily(string id) => _documented.Find(id)!.Id.ShouldBe(id);

    [Theory]
    [InlineData("VEO")]
    [InlineData("")]
    public void Find_OtherId_ReturnsNull(string id) => _documented.Find(id).ShouldBeNull();

    [Fact]
    public void Catalogue_WithoutDefaultFamily_IsRefused() =>
        Should.Throw<ArgumentException>(() => new ModelCatalogue([Veo.Family])).Message.ShouldContain("default");

    [Fact]
    public void Catalogue_WithOneIdTwice_IsRefused() =>
        Should.Throw<ArgumentException>(() => new ModelCatalogue([Veo.Family, Veo.Family with { Title = "other" }, DefaultFamily.Family]));

    [Theory]
    [InlineData("seedance15", "seedance_1_5_pro_720p", 2, 5)]
    [InlineData("seedance15", "seedance_1_5_pro_1080P", 3, 8)]
    [InlineData("veo", "veo_3_1_fast", 2, 5)]
    [InlineData("veo", null, 2, 5)]
    public void EstimateFor_DocumentedModel_IsTheDocumentsRange(string family, string? model, int min, int max)
    {
        var estimate = _documented.Find(family)!.EstimateFor(model, flex: false).ShouldNotBeNull();

        (estimate.Min, estimate.Max).ShouldBe((TimeSpan.FromMinutes(min), TimeSpan.FromMinutes(max)));
    }

    [Theory]
    [InlineData("seedance15", "seedance_1_5_pro_480p", false)]
    [InlineData("seedance15", null, false)]
    [InlineData("seedance15", "seedance_1_5_pro_720p", true)]
    [InlineData("videos", "videos", false)]
    [InlineData("sd2manxue", "sd2_manxue_1080p", false)]
    [InlineData("starvideos", "starvideos_v3", false)]
    [InlineData("default", "sora", false)]
    public void EstimateFor_NothingDocumented_IsNull(string family, string? model, bool flex) =>
        _documented.Find(family)!.EstimateFor(model, flex).ShouldBeNull();

    [Fact]
    public void EstimateFor_SeveralPatternsMatch_TakesTheMostSpecificFirst()
    {
        var specific = new Estimate("veo_3*", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
        var family = Veo.Family with { Estimates = [specific, .. Veo.Family.Estimates] };

        family.EstimateFor("veo_3_1", flex: false).ShouldBe(specific);
        family.EstimateFor("veo_2", flex: false).ShouldBe(Veo.Family.Estimates[0]);
    }
}
