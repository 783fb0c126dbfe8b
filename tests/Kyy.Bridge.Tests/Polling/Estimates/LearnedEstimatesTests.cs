using Kyy.Bridge.Polling.Estimates;
using Kyy.Bridge.Tests.Support;
using Kyy.Bridge.Upstream.Catalogue;

namespace Kyy.Bridge.Tests.Polling.Estimates;

public sealed class LearnedEstimatesTests(PostgresServer server)
{
    private const string Seedance = "seedance_1_5_pro_720p";

    private static readonly ModelFamily Family = Seedance15.Family;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Before_anything_is_learned_the_documented_estimate_holds()
    {
        await using var database = await DurationsDatabase.CreateAsync(server);
        await database.WriteAsync(Seedance, 49);
        var estimates = await ReadAsync(database);

        estimates.EstimateFor(Family, Seedance, flex: false).ShouldBe(Family.Estimates[0]);
        estimates.EstimateFor(Family, Seedance, flex: true).ShouldBeNull();
        estimates.EstimateFor(Family, null, flex: false).ShouldBeNull();
    }

    [Fact]
    public async Task Fifty_observations_take_the_documented_estimate_s_place_for_that_model_and_tier()
    {
        await using var database = await DurationsDatabase.CreateAsync(server);
        await database.WriteAsync(Seedance, 50, 60, 100);
        await database.WriteAsync("seedance_1_5_pro_1080p", 50, 2_000, 4_000, "flex");
        await database.WriteAsync("starvideos_v3", 60, 20, 40);
        var estimates = await ReadAsync(database);

        var learned = estimates.EstimateFor(Family, "SEEDANCE_1_5_PRO_720P", flex: false).ShouldNotBeNull();
        learned.Min.TotalSeconds.ShouldBe(62, 8);
        // Up to half a bucket more, which is a tenth there.
        learned.Max.TotalSeconds.ShouldBe(98, 12);
        estimates.EstimateFor(Family, Seedance, flex: true).ShouldBeNull();
        // Nothing is documented for either: what was learned is all there is.
        estimates.EstimateFor(Family, "seedance_1_5_pro_1080p", flex: true).ShouldNotBeNull().Max.TotalSeconds.ShouldBe(3_900, 300);
        estimates.EstimateFor(Family, "seedance_1_5_pro_1080p", flex: false).ShouldBe(Family.Estimates[1]);
        estimates.EstimateFor(StarVideos.Family, "starvideos_v3", flex: false).ShouldNotBeNull().Min.TotalSeconds.ShouldBe(21, 6);
    }

    [Fact]
    public async Task What_the_operator_has_configured_goes_before_what_was_learned()
    {
        await using var database = await DurationsDatabase.CreateAsync(server);
        await database.WriteAsync(Seedance, 80);
        await database.WriteAsync(Seedance, 80, 300, 500, "flex");
        var estimates = await ReadAsync(database);
        var configured = new Estimate("*", TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(20));
        var family = Family with { Estimates = [configured], EstimatesAreConfigured = true };

        estimates.EstimateFor(family, Seedance, flex: false).ShouldBe(configured);
        // A configured estimate is not one of the flex tier.
        estimates.EstimateFor(family, Seedance, flex: true).ShouldNotBeNull().Max.TotalSeconds.ShouldBe(490, 50);
    }

    [Fact]
    public async Task A_model_says_nothing_about_a_family_that_does_not_own_it()
    {
        await using var database = await DurationsDatabase.CreateAsync(server);
        await database.WriteAsync(Seedance, 80);
        var estimates = await ReadAsync(database);

        estimates.EstimateFor(Veo.Family, Seedance, flex: false).ShouldBe(Veo.Family.Estimates[0]);
        estimates.EstimateFor(DefaultFamily.Family, Seedance, flex: false).ShouldBeNull();
    }

    [Fact]
    public async Task A_later_run_reads_what_has_been_learned_since()
    {
        await using var database = await DurationsDatabase.CreateAsync(server);
        var estimates = await ReadAsync(database);
        await database.WriteAsync("starvideos_v3", 60);
        estimates.EstimateFor(StarVideos.Family, "starvideos_v3", flex: false).ShouldBeNull();

        (await estimates.RunOnceAsync(Cancellation)).Done.ShouldBe(1);

        estimates.EstimateFor(StarVideos.Family, "starvideos_v3", flex: false).ShouldNotBeNull();
    }

    private static async Task<LearnedEstimates> ReadAsync(DurationsDatabase database)
    {
        var estimates = new LearnedEstimates(database.DataSource);
        await estimates.RunOnceAsync(Cancellation);
        return estimates;
    }
}
