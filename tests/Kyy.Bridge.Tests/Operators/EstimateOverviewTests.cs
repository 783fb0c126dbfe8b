using Kyy.Bridge.Client.Contracts;
using Kyy.Bridge.Operators;
using Kyy.Bridge.Polling.Estimates;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Operators;

public sealed class EstimateOverviewTests
{
    private static readonly EstimateRange Documented720 = new(120, 300), Documented1080 = new(180, 480);

    [Fact]
    public void Each_family_shows_its_patterns_and_each_tier_that_it_has()
    {
        var shown = EstimateOverview.Of(ModelCatalogue.Documented, []);

        shown.Where(row => row.Family == Families.Seedance15).ShouldBe([
            new EstimateStats(Families.Seedance15, "*720p", "default", Documented720, null, null, 0, "documented"),
            new EstimateStats(Families.Seedance15, "*1080p", "default", Documented1080, null, null, 0, "documented"),
            new EstimateStats(Families.Seedance15, "*", "flex", null, null, null, 0, null),
        ]);
        shown.Where(row => row.Family == Families.StarVideos)
            .ShouldBe([new EstimateStats(Families.StarVideos, "*", "default", null, null, null, 0, null)]);
    }

    [Fact]
    public void An_observed_model_shows_what_is_documented_for_it_and_what_was_learned()
    {
        var shown = EstimateOverview.Of(ModelCatalogue.Documented, [Row("seedance_1_5_pro_720p", 50), Row("seedance_1_5_pro_1080p", 49)]);

        var (learned, young) = (Of(shown, "seedance_1_5_pro_720p"), Of(shown, "seedance_1_5_pro_1080p"));
        (learned.Documented, learned.Observed, learned.InUse).ShouldBe((Documented720, 50, "learned"));
        learned.Learned.ShouldNotBeNull();
        (young.Documented, young.Learned, young.Observed, young.InUse).ShouldBe((Documented1080, null, 49, "documented"));
    }

    [Fact]
    public void A_configured_estimate_is_shown_beside_the_documented_and_the_learned_one()
    {
        var configured = new Estimate("*", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
        var catalogue = new ModelCatalogue(
            [Seedance15.Family with { Estimates = [configured], EstimatesAreConfigured = true }, DefaultFamily.Family]);

        var shown = EstimateOverview.Of(catalogue, [Row("seedance_1_5_pro_720p", 80), Row("seedance_1_5_pro_720p", 80, "flex")]);

        var seedance = shown.Where(row => row.Family == Families.Seedance15);
        seedance.Select(row => (row.Model, row.ServiceTier, row.Configured, row.InUse)).ShouldBe([
            ("*", "default", new EstimateRange(60, 120), "configured"),
            ("*", "flex", null, null),
            ("seedance_1_5_pro_720p", "default", new EstimateRange(60, 120), "configured"),
            ("seedance_1_5_pro_720p", "flex", null, "learned"),
        ]);
        shown[2].Documented.ShouldBe(Documented720);
        shown[2].Learned.ShouldNotBeNull();
    }

    [Fact]
    public void A_model_that_no_family_owns_any_more_is_shown_and_not_used()
    {
        var shown = EstimateOverview.Of(ModelCatalogue.Documented, [Row("sora_2", 80)]);

        var row = Of(shown, "sora_2");
        (row.Family, row.Observed, row.InUse).ShouldBe((Families.Default, 80, null));
    }

    private static EstimateStats Of(IReadOnlyList<EstimateStats> shown, string model) => shown.Single(row => row.Model == model);

    private static ModelDurations Row(string model, long observed, string tier = "default")
    {
        var buckets = new double[DurationHistogram.Buckets];
        buckets[25] = observed;
        return new() { Model = model, Tier = tier, Buckets = buckets, Observed = observed };
    }
}
